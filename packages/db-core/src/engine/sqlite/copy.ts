import { setImmediate as breathe } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { mapSqliteError } from './errors.ts';
import { runAside } from './aside.ts';

/**
 * Copies a database that is in use into a file that isn't there yet: what was committed when it began, in one snapshot.
 * Nobody waits for it; the write-ahead log grows meanwhile.
 */
export async function copyFile(source: string, target: string, signal?: AbortSignal): Promise<void> {
  await runAside({ path: source, statements: [{ sql: 'VACUUM INTO ?', values: [target] }], signal });
}

/** What is wrong with a file that nobody writes to, in words; nothing when it is sound. */
export async function faultsOfFile(path: string, signal?: AbortSignal): Promise<readonly string[]> {
  const [integrity = [], orphans = []] = await runAside({
    path,
    statements: [{ sql: 'PRAGMA integrity_check(20)' }, { sql: 'PRAGMA foreign_key_check' }],
    signal,
  });
  const damage = integrity.map((row) => String(row['integrity_check'])).filter((text) => text !== 'ok');
  const tables = new Set(orphans.map((row) => String(row['table'])));
  return [...damage, ...[...tables].map((table) => `rows of ${table} refer to rows that aren't there`)];
}

/** Takes the write-ahead log into the file and ends its use; fails while anybody else has the database open. */
export async function settleFile(path: string): Promise<boolean> {
  const [, modes = []] = await runAside({
    path,
    readonly: false,
    statements: [{ sql: 'PRAGMA busy_timeout = 1000' }, { sql: 'PRAGMA journal_mode = DELETE' }],
  });
  return modes[0]?.['journal_mode'] === 'delete';
}

/** One value as SQLite holds it; whole numbers are bigints. */
export type StoredValue = null | string | number | bigint | Uint8Array;

export interface FileReading {
  /** Given each row, in no order that means anything. */
  readonly onRow: (table: string, row: readonly StoredValue[]) => void;
  readonly onTable?: (table: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** So long at most before others have their turn. */
const SLICE_MS = 10;

/** Reads every table of a file that nobody writes to, except those that an extension makes up. Gives their names. */
export async function readFileTables(
  path: string,
  { onRow, onTable, signal }: FileReading,
): Promise<readonly string[]> {
  const database = new Database(path, { readonly: true, fileMustExist: true });
  try {
    database.defaultSafeIntegers(true);
    const names = database
      .prepare<[], { name: string }>(
        `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
         AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name`,
      )
      .all()
      .map(({ name }) => name);
    let until = performance.now() + SLICE_MS;
    for (const name of names) {
      onTable?.(name);
      for (const row of database
        .prepare<[], StoredValue[]>(`SELECT * FROM "${name.replaceAll('"', '""')}"`)
        .raw(true)
        .iterate()) {
        onRow(name, row);
        if (performance.now() < until) continue;
        await breathe();
        signal?.throwIfAborted();
        until = performance.now() + SLICE_MS;
      }
    }
    return names;
  } catch (error) {
    throw mapSqliteError(error, path);
  } finally {
    database.close();
  }
}

/** What a file that nobody writes to says of itself; undefined where it has never been migrated. */
export interface FileDescription {
  readonly migrations: readonly { readonly name: string; readonly checksum: string; readonly engine: string }[];
  readonly databaseId: string | null;
  readonly environment: string | null;
}

export function describeFile(path: string): FileDescription | undefined {
  const database = new Database(path, { readonly: true, fileMustExist: true });
  try {
    const has = (table: string): boolean =>
      database.prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?`).get(table) !== undefined;
    if (!has('schema_migrations')) return undefined;
    const migrations = database
      .prepare<[], { name: string; checksum: string; engine: string }>(
        `SELECT name, checksum, engine FROM schema_migrations WHERE state = 'applied' ORDER BY position, name`,
      )
      .all();
    const identity = has('database_identity')
      ? database.prepare<[], { id: string; environment: string }>('SELECT id, environment FROM database_identity').get()
      : undefined;
    return { migrations, databaseId: identity?.id ?? null, environment: identity?.environment ?? null };
  } catch (error) {
    throw mapSqliteError(error, path);
  } finally {
    database.close();
  }
}
