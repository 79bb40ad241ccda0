import type { Engine, EngineTransaction } from '../../engine/contract.ts';
import { quoteName, quoteNames } from '../../schema/identifiers.ts';
import { runStatement } from '../../schema/statements.ts';

/** A column that is stored: what is computed from others isn't. */
interface StoredColumn {
  readonly name: string;
  /** As SQL says it, such as `timestamp(3) with time zone`. */
  readonly type: string;
}

export interface StoredTable {
  readonly name: string;
  readonly columns: readonly StoredColumn[];
}

/** Of the schema that is worked in, by name. */
export async function storedTables(
  engine: Engine,
  runner: EngineTransaction | Engine,
): Promise<readonly StoredTable[]> {
  const { rows } = await runStatement(engine, runner, {
    sql: `SELECT c.relname AS table, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
           WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
             AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
           ORDER BY c.relname COLLATE "C", a.attnum`,
  });
  return [...Map.groupBy(rows, (row) => String(row['table']))].map(([name, columns]) => ({
    name,
    columns: columns.map((column) => ({ name: String(column['name']), type: String(column['type']) })),
  }));
}

export type TextRow = readonly (string | null)[];

/** So much at a time, more or less; rows differ in size. */
const CHUNK_BYTES = 1_048_576;
const FEWEST = 10;
const MOST = 2000;

/** What a table holds, or those of its rows that a clause chooses, as text, in the snapshot of the transaction. */
export async function* readRows(
  engine: Engine,
  snapshot: EngineTransaction,
  { name, columns }: StoredTable,
  clause = '',
): AsyncGenerator<{ readonly rows: readonly TextRow[]; readonly bytes: number }, void, undefined> {
  const values = columns.map((column) => `${quoteName(column.name)}::text AS ${quoteName(column.name)}`);
  await snapshot.exec(
    `DECLARE keelson_backup NO SCROLL CURSOR FOR SELECT ${values.join(', ')} FROM ${quoteName(name)} ${clause}`,
  );
  for (let count = FEWEST; ;) {
    const { rows: found } = await runStatement(engine, snapshot, { sql: `FETCH FORWARD ${count} FROM keelson_backup` });
    let bytes = 0;
    const rows = found.map((row) =>
      columns.map((column) => {
        const value = row[column.name] as string | null;
        bytes += value?.length ?? 0;
        return value;
      }),
    );
    if (rows.length > 0) yield { rows, bytes };
    if (rows.length < count) break;
    count = Math.min(MOST, 4 * count, Math.max(FEWEST, Math.round((count * CHUNK_BYTES) / Math.max(1, bytes))));
  }
  await snapshot.exec('CLOSE keelson_backup');
}

/** A snapshot in which nothing is too slow. */
export async function beginSnapshot(engine: Engine): Promise<EngineTransaction> {
  const snapshot = await engine.begin({ mode: 'read', isPatient: true });
  try {
    await snapshot.exec('SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0');
    // It is taken at the first question.
    await runStatement(engine, snapshot, { sql: 'SELECT 1 AS one' });
    return snapshot;
  } catch (error) {
    await snapshot.rollback();
    throw error;
  }
}

/** Rows by columns, as one statement takes them. */
export async function insertRows(
  engine: Engine,
  { name, columns }: StoredTable,
  rows: readonly TextRow[],
): Promise<void> {
  const names = columns.map((column) => column.name);
  const lists = columns.map((_, index) => `$${index + 1}::text[]`).join(', ');
  const casts = columns.map((column) => `r.${quoteName(column.name)}::${column.type}`).join(', ');
  await runStatement(engine, engine, {
    sql: `INSERT INTO ${quoteName(name)} (${quoteNames(names)}) OVERRIDING SYSTEM VALUE
          SELECT ${casts} FROM unnest(${lists}) AS r(${quoteNames(names)})`,
    values: columns.map((_, index) => engine.encodeList(rows.map((row) => row[index] ?? null))),
    writes: true,
  });
}

interface Sequence {
  readonly name: string;
  readonly value: string;
}

/** The numbers that were given last. */
export async function readSequences(engine: Engine, runner: EngineTransaction): Promise<readonly Sequence[]> {
  const { rows } = await runStatement(engine, runner, {
    sql: `SELECT sequencename AS name, last_value::text AS value FROM pg_sequences
           WHERE schemaname = current_schema() AND last_value IS NOT NULL ORDER BY 1`,
  });
  return rows.map((row) => ({ name: String(row['name']), value: String(row['value']) }));
}

export async function setSequences(engine: Engine, sequences: readonly Sequence[]): Promise<void> {
  for (const { name, value } of sequences) {
    await runStatement(engine, engine, {
      sql: 'SELECT setval(quote_ident($1)::regclass, $2::bigint)',
      values: [name, value],
      writes: true,
      returnsRows: true,
    });
  }
}
