import { type DatabaseConfig, type Environment, loadDatabaseConfig } from '../config/index.ts';
import type { ChangeFeed } from '../changes/contract.ts';
import type { Engine, EngineInfo, PoolFigures } from '../engine/contract.ts';
import { createEngine } from '../engine/create.ts';
import { InternalError } from '../errors/index.ts';
import type { EventListener } from '../events/events.ts';
import type { BreakerState } from '../resilience/index.ts';
import type { Migration } from '../schema/migration.ts';
import { StatementCompiler } from './compile.ts';
import { tablesOf } from './guard/tables.ts';
import { SystemHandle, UserHandle } from './handle.ts';
import { initialize } from './initialize.ts';
import { Kernel } from './kernel.ts';
import { DatabaseMigrations } from './migrations.ts';
import type { TransactionOptions, Transactions } from './transaction.ts';
import { parseUserId } from './user-id.ts';
import { scopeOf } from '../schema/table-scopes.ts';

export interface OpenOptions {
  /** Where the database is; wins over `DATABASE_URL`. */
  readonly url?: string;
  /** Where settings are read from. Default: `process.env`. */
  readonly env?: Environment;
  /** A configuration that has been read already; wins over both of the above. */
  readonly config?: DatabaseConfig;
  /** Make a SQLite file that is missing? Default: true. */
  readonly create?: boolean;
  /** An application's own migrations; they follow Keelson's. */
  readonly migrations?: readonly Migration[];
  /** Told of queries, retries, migrations and the like; see {@link DatabaseEvent}. */
  readonly onEvent?: EventListener;
  /** Shown by PostgreSQL beside this process's connections, and kept with each migration. */
  readonly applicationName?: string;
  /** Called before a migration changes a database that has data, where the configuration asks for a backup. */
  readonly backup?: () => Promise<void>;
}

/** What later rooms build on the kernel, given from outside because this room may not know them. */
export interface Mechanisms {
  readonly changes: (kernel: Kernel) => ChangeFeed;
}

const ONE_COPY = Symbol.for('keelson.db-core');

/** Two copies would each have their own pool and their own idea of the current transaction. */
function refuseSecondCopy(): void {
  const registry = globalThis as { [ONE_COPY]?: string };
  const known = registry[ONE_COPY];
  if (known !== undefined && known !== import.meta.url) {
    throw new InternalError('Two copies of @keelson/db-core are loaded in this process.', {
      hint: 'Make every package depend on the same version of @keelson/db-core, as a peer dependency.',
      details: { copies: [known, import.meta.url] },
    });
  }
  registry[ONE_COPY] = import.meta.url;
}

let engineBelow: (database: Database) => Engine;
let transactionsOf: (database: Database) => Transactions;
let kernelBelow: (database: Database) => Kernel;

/**
 * What is underneath, for the rooms of this package that look at a database which may not be ready for use. It is not
 * exported from the package: whoever has the engine has every user's rows.
 */
export function engineOf(database: Database): Engine {
  return engineBelow(database);
}

/** The way to the engine through the current transaction, for mechanisms with SQL of their own. Not exported, as {@link engineOf}. */
export function kernelOf(database: Database): Kernel {
  return kernelBelow(database);
}

/** Does the work once what is being written is committed, outside the transaction; at once where there is none. */
export function afterCommit(database: Database, work: () => void): void {
  transactionsOf(database).afterCommit(work);
}

/** Runs code that must not take part in the transaction from which it is called: work in the background. */
export function outsideTransaction<T>(database: Database, work: () => T): T {
  return transactionsOf(database).outside(work);
}

/** Is there a transaction around the code that asks? */
export function isInsideTransaction(database: Database): boolean {
  return transactionsOf(database).isInside;
}

/** One database with its one pool. Made by `openDatabase`. */
export class Database {
  static {
    engineBelow = (database) => database.#engine;
    transactionsOf = (database) => database.#kernel.transactions;
    kernelBelow = (database) => database.#kernel;
  }

  readonly config: DatabaseConfig;
  /** The schema's steps: which were done, which are due; doing and undoing them. */
  readonly migrations: DatabaseMigrations;
  /** What changed, in the order of commits. */
  readonly changes: ChangeFeed;
  readonly #engine: Engine;
  readonly #kernel: Kernel;
  #initialising: Promise<void> | undefined;

  constructor(config: DatabaseConfig, options: OpenOptions, mechanisms: Mechanisms) {
    this.config = config;
    this.#engine = createEngine(config, {
      create: options.create ?? true,
      applicationName: options.applicationName ?? 'keelson',
      onConnectionError: (error: Error) => this.#kernel.emit({ type: 'connection-error', error }),
    });
    this.#kernel = new Kernel({
      engine: this.#engine,
      config,
      onEvent: options.onEvent,
      ready: () => this.initialize(),
    });
    this.migrations = new DatabaseMigrations({
      kernel: this.#kernel,
      own: options.migrations ?? [],
      backup: options.backup,
      onChanged: () => this.#forget(),
    });
    this.changes = mechanisms.changes(this.#kernel);
  }

  /** Has {@link initialize} succeeded? */
  get isInitialized(): boolean {
    return this.#kernel.compiler !== undefined;
  }

  get breakerState(): BreakerState | undefined {
    return this.#kernel.breakerState;
  }

  /**
   * Connects, migrates a fresh database, refuses one that doesn't fit, and checks the schema. Every handle does it by
   * itself at its first statement; calling it early shows what is wrong early.
   *
   * @throws MigrationPendingError, NewerSchemaError, MigrationDriftError, SchemaValidationError, or why it can't connect
   */
  async initialize(): Promise<void> {
    if (this.isInitialized) return;
    this.#initialising ??= this.#initialize().finally(() => {
      this.#initialising = undefined;
    });
    await this.#initialising;
  }

  async #initialize(): Promise<void> {
    await this.connect();
    const schema = await initialize(this.migrations, this.config);
    this.#kernel.compiler = new StatementCompiler(this.#engine, tablesOf(schema, scopeOf));
  }

  /** Connects, and no more: for those who look at a database that may not be ready for use. */
  async connect(): Promise<void> {
    await this.#kernel.connect();
  }

  #forget(): void {
    this.#kernel.compiler = undefined;
  }

  /**
   * A handle that reaches this user's rows and no others.
   *
   * @example
   * ```ts
   * const rows = await database.forUser('ada').all((db) => db.selectFrom('conversations').select(['id', 'title']));
   * ```
   */
  forUser(userId: string): UserHandle {
    return new UserHandle(this.#kernel, parseUserId(userId));
  }

  /** The handle without a user, for migrations, maintenance and accounts. The reason is told to the listener. */
  system(reason: string): SystemHandle {
    this.#kernel.emit({ type: 'system-access', reason });
    return new SystemHandle(this.#kernel);
  }

  /**
   * Runs the work in one transaction on the user's handle: all of it is kept, or nothing. It may run more than once, when
   * it fails with an error that is worth another try.
   */
  transaction<T>(userId: string, work: (user: UserHandle) => Promise<T>, options?: TransactionOptions): Promise<T> {
    return this.forUser(userId).transaction(work, options);
  }

  pool(): PoolFigures {
    return this.#engine.pool();
  }

  async info(): Promise<EngineInfo> {
    await this.connect();
    return this.#engine.info();
  }

  /** For `await using database = openDatabase()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Waits for what is running, then closes every connection. */
  async close(): Promise<void> {
    await this.changes.close();
    this.#kernel.compiler = undefined;
    await this.#engine.close();
  }
}

/** Called by `openDatabase`, which knows every mechanism. */
export function createDatabase(options: OpenOptions, mechanisms: Mechanisms): Database {
  refuseSecondCopy();
  const { url, env } = options;
  const config =
    options.config ??
    loadDatabaseConfig({ ...(url === undefined ? {} : { url }), ...(env === undefined ? {} : { env }) });
  return new Database(config, options, mechanisms);
}
