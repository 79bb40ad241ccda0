import { classOf } from './column-classes.ts';
import type { ForeignKeyDescription, SchemaDescription, TableDescription, TableScope } from './description.ts';
import { ENUMERATED_COLUMNS } from './enumerations.ts';
import { schema as currentSchema } from './generated/tables.ts';
import { COMMON_COLUMNS, TABLE_NOTES, type TableNotes } from './table-notes.ts';
import { scopeOf } from './table-scopes.ts';

const SCOPES: Record<TableScope, string> = {
  tenant: "Each row has an owner; a user's handle sees only that user's.",
  global: 'Looked up before it is known who asks; only the system handle reaches it.',
  system: "The database's own; only the system handle reaches it.",
};

const HEADER = `<!-- Made by \`pnpm generate\`; change a migration, or packages/db-core/src/schema/table-notes.ts, instead. -->

# Schema

The same on SQLite and PostgreSQL. Types are those of the program: \`uuid\` and \`text\` are strings, \`timestamp\` is a
\`Date\`, \`json\` a parsed value, \`bigint\` a number that throws where it would lose digits. Text is ordered by its bytes.

Each column has a class: \`none\` is what nobody minds, \`internal\` how the system works, \`personal\` what people wrote or can
be known by, \`secret\` what opens something. Erasure, scrubbed copies and logs go by it
(packages/db-core/src/schema/column-classes.ts).`;

/** The text of docs/schema.md: a diagram, and every table with its columns, keys and indexes. */
export function renderSchemaMarkdown(schema: SchemaDescription = currentSchema): string {
  return `${[HEADER, renderDiagram(schema), ...schema.tables.map(renderTable)].join('\n\n')}\n`;
}

function renderDiagram({ tables }: SchemaDescription): string {
  const relations = tables.flatMap((table) => table.foreignKeys.map((key) => renderRelation(table, key)));
  const entities = tables.map((table) => {
    const columns = table.columns.map(({ name, codec }) => `    ${codec} ${name}${marksOf(table, name)}`);
    return `  ${table.name} {\n${columns.join('\n')}\n  }`;
  });
  return ['```mermaid', 'erDiagram', ...relations, ...entities, '```'].join('\n');
}

function renderRelation(table: TableDescription, key: ForeignKeyDescription): string {
  const own = ownColumn(key);
  const optional = table.columns.find(({ name }) => name === own)?.nullable === true;
  return `  ${key.table} ${optional ? '|o' : '||'}--o{ ${table.name} : ${own}`;
}

/** The column that makes the key: the others are the owner and what the table has anyway. */
function ownColumn({ columns }: ForeignKeyDescription): string {
  return columns.at(-1) ?? '';
}

function marksOf(table: TableDescription, column: string): string {
  const marks = [
    ...(table.primaryKey.includes(column) ? ['PK'] : []),
    ...(table.foreignKeys.some((key) => ownColumn(key) === column) ? ['FK'] : []),
  ];
  return marks.length === 0 ? '' : ` ${marks.join(', ')}`;
}

function renderTable(table: TableDescription): string {
  const notes: TableNotes = TABLE_NOTES[table.name] ?? { purpose: '', columns: {}, indexes: {} };
  const keys = [
    `Primary key: ${code(table.primaryKey)}.`,
    ...table.foreignKeys.map(({ columns, table: parent, references, onDelete }) => {
      const end = onDelete === 'no action' ? '' : `; on delete ${onDelete}`;
      return `${code(columns)} refers to \`${parent}\` ${code(references)}${end}.`;
    }),
  ];
  return [
    `## ${table.name}`,
    notes.purpose,
    SCOPES[scopeOf(table)],
    [
      '| column | type | class | |',
      '| --- | --- | --- | --- |',
      ...table.columns.map((column) => renderColumn(table.name, column, notes)),
    ].join('\n'),
    keys.map((key) => `- ${key}`).join('\n'),
    ...(table.indexes.length === 0 ? [] : [renderIndexes(table, notes)]),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function renderColumn(
  table: string,
  { name, codec, nullable }: TableDescription['columns'][number],
  notes: TableNotes,
): string {
  const values = ENUMERATED_COLUMNS[`${table}.${name}`]?.values.map((value) => `\`${value}\``).join(' ');
  const note = notes.columns[name] ?? COMMON_COLUMNS[name] ?? '';
  return `| \`${name}\` | ${codec}${nullable ? ', nullable' : ''} | ${classOf(table, name)} | ${[note, ...(values === undefined ? [] : [`One of ${values}.`])].join(' ').trim()} |`;
}

function renderIndexes({ indexes }: TableDescription, notes: TableNotes): string {
  const rows = indexes.map(({ name, columns, unique, partial }) => {
    const list = columns.map((column) => (column.descending ? `${column.name} desc` : column.name)).join(', ');
    const kind = [...(unique ? ['unique'] : []), ...(partial ? ['partial'] : [])].join(', ');
    return `| \`${name}\` | ${list} | ${kind} | ${notes.indexes[name] ?? ''} |`;
  });
  return ['| index | columns | | serves |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function code(columns: readonly string[]): string {
  return `(${columns.map((column) => `\`${column}\``).join(', ')})`;
}
