import type { ColumnDescription, IndexDescription, SchemaDescription, TableDescription } from './description.ts';

export type DifferenceKind =
  | 'missing-table'
  | 'extra-table'
  | 'missing-column'
  | 'extra-column'
  | 'changed-column'
  | 'column-order'
  | 'primary-key'
  | 'foreign-keys'
  | 'missing-index'
  | 'extra-index'
  | 'changed-index'
  | 'row-security';

export interface SchemaDifference {
  readonly kind: DifferenceKind;
  readonly table: string;
  /** The column or index, where it is one. */
  readonly name?: string;
  /** For people: what was expected and what is there. */
  readonly message: string;
}

/** Every way in which one schema is not the other. Equal schemas give nothing. */
export function compareSchemas(expected: SchemaDescription, actual: SchemaDescription): SchemaDifference[] {
  const present = byName(actual.tables);
  const wanted = byName(expected.tables);
  return [
    ...expected.tables.flatMap((table) => {
      const found = present.get(table.name);
      if (found !== undefined) return compareTables(table, found);
      return [{ kind: 'missing-table' as const, table: table.name, message: `The table ${table.name} is missing.` }];
    }),
    ...actual.tables
      .filter(({ name }) => !wanted.has(name))
      .map(({ name }) => ({
        kind: 'extra-table' as const,
        table: name,
        message: `The table ${name} is not expected.`,
      })),
  ];
}

function compareTables(expected: TableDescription, actual: TableDescription): SchemaDifference[] {
  const table = expected.name;
  const differences = [...compareColumns(expected, actual), ...compareIndexes(expected, actual)];
  const key = [expected, actual].map(({ primaryKey }) => primaryKey.join(', '));
  if (key[0] !== key[1]) {
    differences.push({
      kind: 'primary-key',
      table,
      message: `The primary key of ${table} is (${key[1]}) instead of (${key[0]}).`,
    });
  }
  const foreign = [expected, actual].map(({ foreignKeys }) =>
    foreignKeys
      .map(
        ({ columns, table: parent, references, onDelete }) =>
          `(${columns.join(', ')}) → ${parent} (${references.join(', ')}) on delete ${onDelete}`,
      )
      .sort()
      .join('; '),
  );
  if (foreign[0] !== foreign[1]) {
    differences.push({
      kind: 'foreign-keys',
      table,
      message: `The foreign keys of ${table} are ${foreign[1] || 'none'} instead of ${foreign[0] || 'none'}.`,
    });
  }
  return differences;
}

function compareColumns(expected: TableDescription, actual: TableDescription): SchemaDifference[] {
  const table = expected.name;
  const present = byName(actual.columns);
  const wanted = byName(expected.columns);
  const differences: SchemaDifference[] = [];
  for (const column of expected.columns) {
    const found = present.get(column.name);
    const place = { table, name: column.name };
    if (found === undefined)
      differences.push({ kind: 'missing-column', ...place, message: `The column ${table}.${column.name} is missing.` });
    else if (describe(found) !== describe(column)) {
      differences.push({
        kind: 'changed-column',
        ...place,
        message: `The column ${table}.${column.name} is ${describe(found)} instead of ${describe(column)}.`,
      });
    }
  }
  for (const { name } of actual.columns) {
    if (!wanted.has(name))
      differences.push({ kind: 'extra-column', table, name, message: `The column ${table}.${name} is not expected.` });
  }
  const order = [expected, actual].map(({ columns }) => columns.map(({ name }) => name).join(', '));
  if (differences.length === 0 && order[0] !== order[1]) {
    differences.push({
      kind: 'column-order',
      table,
      message: `The columns of ${table} come as ${order[1]} instead of ${order[0]}.`,
    });
  }
  return differences;
}

function compareIndexes(expected: TableDescription, actual: TableDescription): SchemaDifference[] {
  const table = expected.name;
  const present = byName(actual.indexes);
  const wanted = byName(expected.indexes);
  const differences: SchemaDifference[] = [];
  for (const index of expected.indexes) {
    const { name } = index;
    const found = present.get(name);
    const kind = index.unique ? 'unique index' : 'index';
    if (found === undefined)
      differences.push({ kind: 'missing-index', table, name, message: `The ${kind} ${name} of ${table} is missing.` });
    else if (describeIndex(found) !== describeIndex(index)) {
      differences.push({
        kind: 'changed-index',
        table,
        name,
        message: `The index ${name} of ${table} is ${describeIndex(found)} instead of ${describeIndex(index)}.`,
      });
    }
  }
  for (const { name } of actual.indexes) {
    if (!wanted.has(name))
      differences.push({ kind: 'extra-index', table, name, message: `The index ${name} of ${table} is not expected.` });
  }
  return differences;
}

function describe({ codec, nullable, hasDefault }: ColumnDescription): string {
  return `${codec}${nullable ? ', nullable' : ''}${hasDefault ? ', with a default' : ''}`;
}

function describeIndex({ columns, unique, partial }: IndexDescription): string {
  const list = columns.map(({ name, descending }) => (descending ? `${name} desc` : name)).join(', ');
  return `${unique ? 'unique ' : ''}(${list})${partial ? ' on some rows' : ''}`;
}

function byName<T extends { readonly name: string }>(items: readonly T[]): Map<string, T> {
  return new Map(items.map((item) => [item.name, item]));
}
