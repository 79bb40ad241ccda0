import type { Row } from '../contract.ts';
import type {
  ColumnDescription,
  ForeignKeyDescription,
  IndexDescription,
  SchemaDescription,
  TableDescription,
} from '../../schema/description.ts';
import { codecOfDeclaredType } from './codecs.ts';

/** Runs one statement and gives its rows undecoded. */
export type Rows = (sql: string, ...values: unknown[]) => Row[];

const ON_DELETE = new Map<string, ForeignKeyDescription['onDelete']>([
  ['CASCADE', 'cascade'],
  ['RESTRICT', 'restrict'],
  ['SET NULL', 'set null'],
  ['NO ACTION', 'no action'],
]);

/** Where sqlite-vec isn't loaded its tables can't be looked at. What they keep is in tables whose names begin with theirs. */
const TABLES = `
  SELECT t.name FROM sqlite_schema AS t
   WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND NOT EXISTS (
     SELECT 1 FROM sqlite_schema AS v
      WHERE v.type = 'table' AND v.sql LIKE 'CREATE VIRTUAL TABLE % USING vec0(%'
        AND (t.name = v.name OR substr(t.name, 1, length(v.name) + 1) = v.name || '_'))
   ORDER BY t.name`;

/** The schema as it stands in the file. */
export function inspectSqlite(rows: Rows): SchemaDescription {
  const names = rows(TABLES);
  return { tables: names.map(({ name }) => describeTable(rows, String(name))) };
}

function describeTable(rows: Rows, table: string): TableDescription {
  const info = rows(
    'SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_xinfo(?) WHERE hidden = 0 ORDER BY cid',
    table,
  );
  const numbered = numberedColumn(rows, table);
  const keyed = info.filter(({ pk }) => Number(pk) > 0).sort((a, b) => Number(a['pk']) - Number(b['pk']));
  const primaryKey = keyed.map(({ name }) => String(name));
  return {
    name: table,
    columns: info.map((column) => describeColumn(column, numbered)),
    primaryKey,
    foreignKeys: describeForeignKeys(rows, table),
    indexes: describeIndexes(rows, table),
  };
}

/** A key that SQLite numbers by itself must be declared INTEGER, and yet holds 64 bits. */
function numberedColumn(rows: Rows, table: string): string | undefined {
  const [row] = rows(`SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?`, table);
  return /^\s*"?(\w+)"? INTEGER NOT NULL PRIMARY KEY\b/m.exec(String(row?.['sql']))?.[1];
}

function describeColumn(column: Row, numbered: string | undefined): ColumnDescription {
  const name = String(column['name']);
  return {
    name,
    // A type that none of our columns has: harmless in another program's table, a difference in one of ours.
    codec: name === numbered ? 'bigint' : (codecOfDeclaredType(String(column['type'])) ?? 'blob'),
    nullable: column['notnull'] === 0,
    hasDefault: column['dflt_value'] !== null,
  };
}

function describeForeignKeys(rows: Rows, table: string): ForeignKeyDescription[] {
  const parts = rows(
    'SELECT id, "table", "from", "to", on_delete FROM pragma_foreign_key_list(?) ORDER BY id, seq',
    table,
  );
  const byId = Map.groupBy(parts, ({ id }) => id);
  return [...byId.values()]
    .map((columns): ForeignKeyDescription => ({
      columns: columns.map((part) => String(part['from'])),
      table: String(columns[0]?.['table']),
      references: columns.map((part) => String(part['to'])),
      onDelete: ON_DELETE.get(String(columns[0]?.['on_delete'])) ?? 'no action',
    }))
    .sort((a, b) => (a.columns.join() < b.columns.join() ? -1 : 1));
}

function describeIndexes(rows: Rows, table: string): IndexDescription[] {
  const list = rows(
    `SELECT name, "unique", partial FROM pragma_index_list(?) WHERE origin <> 'pk' ORDER BY name`,
    table,
  );
  return list.map((index) => ({
    name: String(index['name']),
    columns: rows('SELECT name, "desc" FROM pragma_index_xinfo(?) WHERE key = 1 ORDER BY seqno', index['name']).map(
      (column) => ({
        name: String(column['name']),
        descending: column['desc'] === 1,
      }),
    ),
    unique: index['unique'] === 1,
    partial: index['partial'] === 1,
  }));
}
