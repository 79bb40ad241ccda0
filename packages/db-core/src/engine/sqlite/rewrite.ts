import { closeSync, openSync } from 'node:fs';
import { setImmediate as breathe } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { StoredValue } from './copy.ts';
import { mapSqliteError } from './errors.ts';

export interface FileRewriting {
  /** Is the object, with what belongs to it, left out? Asked of tables and triggers; what an extension makes up always is. */
  readonly isLeftOut: (name: string) => boolean;
  /** What is stored instead of each row of a table, in the order of its columns. Null: none of its rows. */
  readonly rowOf: (
    table: string,
    columns: readonly string[],
  ) => ((row: readonly StoredValue[]) => StoredValue[]) | null;
  readonly onTable?: (table: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** So long at most before others have their turn. */
const SLICE_MS = 10;

interface SchemaObject {
  readonly type: string;
  readonly name: string;
  readonly sql: string;
}

/**
 * Writes a file that isn't there yet with the tables of another one and other rows in them: what was committed there when it
 * began. The source may be in use; it is only read. Gives how many rows each table has.
 */
export async function rewriteFile(
  source: string,
  target: string,
  rewriting: FileRewriting,
): Promise<ReadonlyMap<string, number>> {
  const from = new Database(source, { readonly: true, fileMustExist: true });
  // Made beforehand, so that nobody else ever may read it.
  closeSync(openSync(target, 'wx', 0o600));
  const to = new Database(target);
  try {
    from.defaultSafeIntegers(true);
    from.exec('BEGIN');
    to.pragma(`page_size = ${String(from.pragma('page_size', { simple: true }))}`);
    // Nobody else sees it before it is whole.
    to.pragma('journal_mode = OFF');
    to.pragma('synchronous = OFF');
    to.pragma('foreign_keys = OFF');
    for (const name of ['user_version', 'application_id'])
      to.pragma(`${name} = ${String(from.pragma(name, { simple: true }))}`);
    const objects = objectsOf(from, rewriting);
    const ofType = (...types: readonly string[]): SchemaObject[] => objects.filter(({ type }) => types.includes(type));
    to.exec('BEGIN');
    for (const { sql } of ofType('table')) to.exec(sql);
    const counts = new Map<string, number>();
    for (const { name } of ofType('table')) {
      rewriting.onTable?.(name);
      counts.set(name, await copyRows(from, to, name, rewriting));
    }
    for (const { sql } of ofType('index', 'view', 'trigger')) to.exec(sql);
    to.exec('COMMIT');
    to.exec('ANALYZE');
    from.exec('COMMIT');
    return counts;
  } catch (error) {
    throw mapSqliteError(error, source);
  } finally {
    from.close();
    to.close();
  }
}

/** In the order in which they were made. */
function objectsOf(from: Database.Database, { isLeftOut }: FileRewriting): readonly SchemaObject[] {
  const all = from
    .prepare<[], SchemaObject & { table: string }>(
      `SELECT type, name, tbl_name AS "table", sql FROM sqlite_schema
       WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid`,
    )
    .all();
  const virtual = all.filter(({ sql }) => /^CREATE VIRTUAL/i.test(sql)).map(({ name }) => name);
  const isMadeUp = (name: string): boolean => virtual.some((each) => name === each || name.startsWith(`${each}_`));
  return all.filter(({ name, table }) => ![name, table].some((each) => isMadeUp(each) || isLeftOut(each)));
}

async function copyRows(
  from: Database.Database,
  to: Database.Database,
  table: string,
  { rowOf, signal }: FileRewriting,
): Promise<number> {
  // What is computed from other columns isn't stored.
  const columns = from
    .prepare<[string], { name: string }>('SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0 ORDER BY cid')
    .all(table)
    .map(({ name }) => name);
  const replace = rowOf(table, columns);
  if (replace === null) return 0;
  const names = columns.map(quoted).join(', ');
  const insert = to.prepare(`INSERT INTO ${quoted(table)} (${names}) VALUES (${columns.map(() => '?').join(', ')})`);
  const rows = from.prepare<[], StoredValue[]>(`SELECT ${names} FROM ${quoted(table)}`).raw(true);
  let count = 0;
  let until = performance.now() + SLICE_MS;
  for (const row of rows.iterate()) {
    insert.run(...replace(row));
    count += 1;
    if (performance.now() < until) continue;
    await breathe();
    signal?.throwIfAborted();
    until = performance.now() + SLICE_MS;
  }
  return count;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
