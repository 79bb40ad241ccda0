import { accessSync, chmodSync, closeSync, constants, existsSync, mkdirSync, openSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import type { Outcome, Plan, Row, Runner } from '../contract.ts';
import { DatabaseNotFoundError, NetworkFileSystemError, UnwritableDatabaseError } from '../../errors/index.ts';
import { manyRowsPlan, ROWS_AT_ONCE, valuesOf } from './bulk.ts';
import { mapSqliteError } from './errors.ts';
import { StatementCache } from './statements.ts';

export interface ConnectionOptions {
  readonly path: string;
  readonly readonly: boolean;
  readonly synchronous: 'normal' | 'full';
  /** The path of an extension to load, one that is known to load. */
  readonly extension?: string | undefined;
}

/**
 * How long SQLite itself waits for a lock. It blocks the event loop meanwhile, so it only bridges the moments in which
 * another process checkpoints or recovers; real waiting is done in JavaScript.
 */
const NATIVE_BUSY_TIMEOUT_MS = 4;

/** One better-sqlite3 connection with its pragmas and statements. Everything it does is synchronous. */
export class SqliteConnection implements Runner {
  readonly path: string;
  readonly #database: Database.Database;
  readonly #statements: StatementCache;

  constructor({ path, readonly, synchronous, extension }: ConnectionOptions) {
    this.path = path;
    let database: Database.Database | undefined;
    try {
      database = new Database(path, { readonly, timeout: NATIVE_BUSY_TIMEOUT_MS, fileMustExist: true });
      this.#database = database;
      if (extension !== undefined) database.loadExtension(extension);
      this.#statements = new StatementCache(database);
      this.#configure(readonly, synchronous);
    } catch (error) {
      // A file that is no database opens well, and fails at the first pragma.
      database?.close();
      throw mapSqliteError(error, path);
    }
  }

  #configure(readonly: boolean, synchronous: 'normal' | 'full'): void {
    const pragma = (text: string): unknown => this.#database.pragma(text);
    // The journal's mode is a property of the file: only a writer sets it, and only where it isn't set already, because
    // setting it needs the lock. The file of another program, named by mistake, keeps its own.
    if (!readonly && this.#database.pragma('journal_mode', { simple: true }) !== 'wal' && !this.#isForeign())
      pragma('journal_mode = WAL');
    pragma(`synchronous = ${synchronous}`);
    pragma('foreign_keys = ON');
    pragma('recursive_triggers = ON');
    pragma('secure_delete = ON');
    pragma('trusted_schema = OFF');
    pragma('temp_store = MEMORY');
    // 16 MiB holds the upper levels of every index of a database of a few GB; the operating system caches the rest.
    pragma('cache_size = -16384');
    pragma('journal_size_limit = 67108864');
    // LIKE follows the letter's case, as on PostgreSQL.
    pragma('case_sensitive_like = ON');
  }

  /** Has it tables, and no history of migrations? */
  #isForeign(): boolean {
    const found = this.#database
      .prepare(
        `SELECT count(*) FILTER (WHERE type = 'table') AS tables, count(*) FILTER (WHERE name = 'schema_migrations') AS history
         FROM sqlite_schema`,
      )
      .get() as { readonly tables: number; readonly history: number };
    return found.tables > 0 && found.history === 0;
  }

  get inTransaction(): boolean {
    return this.#database.inTransaction;
  }

  execute(plan: Plan, values: readonly unknown[]): Outcome {
    try {
      const { statement, decode } = this.#statements.get(plan);
      if (plan.returnsRows) {
        const rows = decode(statement.all(values));
        return { rows, changes: plan.writes ? rows.length : 0 };
      }
      return { rows: [], changes: statement.run(values).changes };
    } catch (error) {
      throw mapSqliteError(error, this.path);
    }
  }

  executeMany(plan: Plan, rows: readonly (readonly unknown[])[]): number {
    try {
      const { bulk } = plan;
      const many = bulk === undefined || rows.length < ROWS_AT_ONCE ? undefined : manyRowsPlan(plan, bulk);
      if (bulk === undefined || many === undefined) return this.#runEach(plan, rows);
      let changes = 0;
      for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
        const chunk = rows.slice(start, start + ROWS_AT_ONCE);
        const values = chunk.length < ROWS_AT_ONCE ? undefined : valuesOf(bulk, chunk);
        if (values === undefined) changes += this.#runEach(plan, chunk);
        else changes += this.#statements.get(many).statement.run(values).changes;
      }
      return changes;
    } catch (error) {
      throw mapSqliteError(error, this.path);
    }
  }

  #runEach(plan: Plan, rows: readonly (readonly unknown[])[]): number {
    const { statement } = this.#statements.get(plan);
    let changes = 0;
    for (const values of rows) changes += statement.run(values).changes;
    return changes;
  }

  exec(sql: string): void {
    try {
      this.#database.exec(sql);
    } catch (error) {
      throw mapSqliteError(error, this.path);
    }
  }

  /** BEGIN, COMMIT and the like: unmapped errors, because the caller must tell "busy" from the rest. */
  control(sql: 'BEGIN' | 'BEGIN IMMEDIATE' | 'COMMIT' | 'ROLLBACK'): void {
    controlStatement(this.#database, sql).run();
  }

  /** Decoded rows one by one; the connection can do nothing else until the iterator is done. */
  *iterate(plan: Plan, values: readonly unknown[]): IterableIterator<Row> {
    try {
      const { statement, decode } = this.#statements.get(plan);
      for (const row of statement.iterate(values)) yield* decode([row]);
    } catch (error) {
      throw mapSqliteError(error, this.path);
    }
  }

  rows(sql: string, ...values: unknown[]): Row[] {
    try {
      return this.#database.prepare<unknown[], Row>(sql).all(...values);
    } catch (error) {
      throw mapSqliteError(error, this.path);
    }
  }

  pragma(text: string): unknown {
    return this.#database.pragma(text, { simple: true });
  }

  close(): void {
    this.#database.close();
  }
}

const controlStatements = new WeakMap<Database.Database, Map<string, Database.Statement>>();

function controlStatement(database: Database.Database, sql: string): Database.Statement {
  let statements = controlStatements.get(database);
  if (statements === undefined) controlStatements.set(database, (statements = new Map()));
  let statement = statements.get(sql);
  if (statement === undefined) statements.set(sql, (statement = database.prepare(sql)));
  return statement;
}

/** File systems whose locks WAL can't rely on, by the magic number that statfs gives on Linux. */
const NETWORK_FILE_SYSTEMS = new Map<number, string>([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x5346414f, 'AFS'],
  [0x73757245, 'Coda'],
  [0x01021997, '9p'],
]);

/** Makes the file where it is missing (folder 0700, file 0600: nobody else on the machine reads it) and refuses places that can't work. */
export function prepareFile(path: string, create: boolean): void {
  const folder = dirname(path);
  if (!existsSync(path) && !create) throw new DatabaseNotFoundError(`There is no database at ${path}.`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { type } = statfsSync(folder);
    const network = process.platform === 'linux' ? NETWORK_FILE_SYSTEMS.get(type) : undefined;
    if (network !== undefined) {
      throw new NetworkFileSystemError(
        `${folder} is on a network file system (${network}), where SQLite's locks can't be trusted.`,
      );
    }
    if (!existsSync(path)) {
      closeSync(openSync(path, 'a', 0o600));
      chmodSync(path, 0o600);
    }
    // SQLite would open them for reading only, and leave files beside them that nobody can write either.
    accessSync(path, constants.R_OK | constants.W_OK);
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    if (cause instanceof NetworkFileSystemError) throw cause;
    throw new UnwritableDatabaseError(
      `${path} can't be made or written: ${cause instanceof Error ? cause.message : String(cause)}.`,
      { cause },
    );
  }
}
