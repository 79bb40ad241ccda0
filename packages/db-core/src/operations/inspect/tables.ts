import { type Database, engineOf } from '../../database/database.ts';
import { runStatement } from '../../schema/statements.ts';
import { countRows } from '../info.ts';

export interface InspectedTable {
  readonly name: string;
  /** Null when nobody knows: it was never analysed, or counting took longer than a statement may. */
  readonly rows: number | null;
  /** PostgreSQL estimates; SQLite counts. */
  readonly isEstimate: boolean;
  readonly bytes: number;
  readonly indexBytes: number;
}

const SQLITE = `SELECT coalesce(m.tbl_name, d.name) AS name, sum(CASE m.type WHEN 'index' THEN 0 ELSE d.pgsize END) AS bytes,
  sum(CASE m.type WHEN 'index' THEN d.pgsize ELSE 0 END) AS index_bytes
  FROM dbstat d LEFT JOIN sqlite_schema m ON m.name = d.name WHERE d.aggregate = TRUE GROUP BY 1`;
const POSTGRES = `select c.relname as name, case when c.reltuples < 0 then null else c.reltuples::float8 end as rows,
  pg_table_size(c.oid)::float8 as bytes, pg_indexes_size(c.oid)::float8 as index_bytes
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = current_schema() and c.relkind in ('r', 'm') order by 1`;

/**
 * How large each table is, the largest first. On SQLite it reads the whole file.
 *
 * @example
 * ```ts
 * const [largest] = await inspectTables(database);
 * ```
 */
export async function inspectTables(database: Database): Promise<readonly InspectedTable[]> {
  const engine = engineOf(database);
  await database.connect();
  const isEstimate = engine.kind === 'postgres';
  const { rows } = await runStatement(engine, engine, { sql: isEstimate ? POSTGRES : SQLITE });
  const counted = isEstimate
    ? undefined
    : new Map((await countRows(database)).map((table) => [table.name, table.rows]));
  return rows
    .filter(({ name }) => counted === undefined || counted.has(String(name)))
    .map((row) => ({
      name: String(row['name']),
      rows: counted === undefined ? numberOrNull(row['rows']) : (counted.get(String(row['name'])) ?? null),
      isEstimate,
      bytes: Number(row['bytes']),
      indexBytes: Number(row['index_bytes']),
    }))
    .sort((a, b) => b.bytes + b.indexBytes - (a.bytes + a.indexBytes) || (a.name < b.name ? -1 : 1));
}

function numberOrNull(value: unknown): number | null {
  return value === null ? null : Number(value);
}
