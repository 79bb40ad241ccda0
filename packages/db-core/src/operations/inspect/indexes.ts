import { type Database, engineOf } from '../../database/database.ts';
import type { Row } from '../../engine/contract.ts';
import type { SchemaDescription } from '../../schema/description.ts';
import { runStatement } from '../../schema/statements.ts';
import { inspectPlans, type NamedPlan } from './plans.ts';
import { inspectTables } from './tables.ts';

export interface InspectedIndex {
  readonly name: string;
  readonly table: string;
  readonly columns: readonly string[];
  readonly isUnique: boolean;
  readonly bytes: number;
  /** How often the server used it since its figures were reset; null on SQLite, which doesn't count. */
  readonly scans: number | null;
  /** Statements of this program that would use it now. */
  readonly statements: readonly string[];
  /** What it is there for: it keeps rows unique, serves a reference, is used; or nothing that is known. */
  readonly purpose: 'unique' | 'reference' | 'used' | 'unused';
}

export interface MissingIndex {
  readonly table: string;
  /** What an index should begin with; nothing where only the engine's figures point at the table. */
  readonly columns: readonly string[];
  readonly reason: string;
}

export interface Indexes {
  /** The largest first. */
  readonly indexes: readonly InspectedIndex[];
  readonly missing: readonly MissingIndex[];
}

const SQLITE = `SELECT m.name AS name, m.tbl_name AS "table", l."unique" AS is_unique, NULL AS scans,
  (SELECT json_group_array(name) FROM (SELECT name FROM pragma_index_info(m.name) ORDER BY seqno)) AS columns,
  coalesce((SELECT sum(d.pgsize) FROM dbstat d WHERE d.aggregate = TRUE AND d.name = m.name), 0) AS bytes
  FROM sqlite_schema m JOIN pragma_index_list(m.tbl_name) l ON l.name = m.name
  WHERE m.type = 'index' AND m.tbl_name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`;
const POSTGRES = `select s.indexrelname as name, s.relname as "table", i.indisunique as is_unique, s.idx_scan::float8 as scans,
  (select json_agg(pg_get_indexdef(i.indexrelid, k, true) order by k)::text from generate_series(1, i.indnkeyatts) k) as columns,
  pg_relation_size(s.indexrelid)::float8 as bytes
  from pg_stat_user_indexes s join pg_index i on i.indexrelid = s.indexrelid where s.schemaname = current_schema()`;
const READ_THROUGH = `select relname as name, seq_scan::float8 as scans, (seq_tup_read / greatest(seq_scan, 1))::float8 as rows
  from pg_stat_user_tables where schemaname = current_schema() and seq_scan > 100 and seq_tup_read / seq_scan > 10000 order by seq_tup_read desc`;

/** A smaller table is read through as fast as an index is. */
const LARGE_ROWS = 1000;

/**
 * What every index is there for, and which ones are missing: by the plans of this program's statements on the rows that
 * there are, by the references between tables, and by what PostgreSQL counted.
 *
 * @example
 * ```ts
 * const { indexes, missing } = await inspectIndexes(database);
 * const unused = indexes.filter(({ purpose }) => purpose === 'unused');
 * ```
 */
export async function inspectIndexes(database: Database): Promise<Indexes> {
  const engine = engineOf(database);
  const rowsOf = async (sql: string): Promise<Row[]> => (await runStatement(engine, engine, { sql })).rows;
  await database.connect();
  const schema = await engine.inspect();
  const plans = await inspectPlans(database);
  const rows = await rowsOf(engine.kind === 'sqlite' ? SQLITE : POSTGRES);
  const indexes = rows
    .map((row) => toIndex(row, plans, schema))
    .sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1));
  const missing = [...withoutIndex(schema, indexes), ...(await readThrough(database, plans))];
  if (engine.kind === 'postgres') {
    for (const { name, scans, rows: read } of await rowsOf(READ_THROUGH))
      missing.push({
        table: String(name),
        columns: [],
        reason: `was read from end to end ${Number(scans).toLocaleString('en')} times, ${Number(read).toLocaleString('en')} rows each`,
      });
  }
  return { indexes, missing };
}

function toIndex(row: Row, plans: readonly NamedPlan[], schema: SchemaDescription): InspectedIndex {
  const name = String(row['name']);
  const table = String(row['table']);
  const columns = JSON.parse(String(row['columns'])) as string[];
  const statements = plans.filter(({ indexes }) => indexes.includes(name)).map((plan) => plan.name);
  const isUnique = Boolean(row['is_unique']);
  const scans = row['scans'] === null ? null : Number(row['scans']);
  const isUsed = statements.length > 0 || (scans ?? 0) > 0;
  const purpose = isUnique ? 'unique' : isUsed ? 'used' : serves(columns, table, schema) ? 'reference' : 'unused';
  return { name, table, columns, isUnique, bytes: Number(row['bytes']), scans, statements, purpose };
}

/** A row that is deleted is looked for in the tables that refer to it. */
function serves(columns: readonly string[], table: string, { tables }: SchemaDescription): boolean {
  const keys = tables.find(({ name }) => name === table)?.foreignKeys ?? [];
  return keys.some((key) => narrows(columns, key.columns));
}

/** Its first columns are among the wanted ones, and more than the owner, whose rows may be many. */
function narrows(columns: readonly string[], wanted: readonly string[]): boolean {
  const other = columns.findIndex((column) => !wanted.includes(column));
  return (other === -1 ? columns.length : other) >= Math.min(2, wanted.length);
}

function withoutIndex({ tables }: SchemaDescription, indexes: readonly InspectedIndex[]): MissingIndex[] {
  return tables.flatMap(({ name, foreignKeys, primaryKey }) =>
    foreignKeys
      .filter(
        ({ columns }) =>
          !narrows(primaryKey, columns) &&
          !indexes.some((index) => index.table === name && narrows(index.columns, columns)),
      )
      .map(({ columns, table }) => ({
        table: name,
        columns,
        reason: `deleting from ${table} looks for what refers to it, and reads many rows of ${name}`,
      })),
  );
}

async function readThrough(database: Database, plans: readonly NamedPlan[]): Promise<MissingIndex[]> {
  const tables = await inspectTables(database);
  const large = tables.filter(({ rows }) => (rows ?? 0) >= LARGE_ROWS);
  return large.flatMap(({ name: table }) => {
    const readers = plans
      .filter(({ scans }) => scans.some((scan) => scan.split(' ')[0] === table && !scan.includes(' INDEX ')))
      .map(({ name }) => name);
    if (readers.length === 0) return [];
    return [{ table, columns: [], reason: `read from end to end by ${readers.join(', ')}` }];
  });
}
