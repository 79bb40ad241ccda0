import { type DatabaseConfig, type Environment, loadDatabaseConfig } from '../config/index.ts';
import type { QueryCache } from '../cache/contract.ts';
import type { ChangeFeed } from '../changes/contract.ts';
import type { Engine, EngineInfo, EngineWait, PoolFigures } from '../engine/contract.ts';
import { createEngine } from '../engine/create.ts';
import { InternalError, TenancyViolationError } from '../errors/index.ts';
import type { DatabaseEvent, EventListener } from '../events/events.ts';
import type { BreakerState } from '../resilience/index.ts';
import type { ReplicaFigures } from '../replicas/replica.ts';
import { Replicas } from '../replicas/replicas.ts';
import type { Migration } from '../schema/migration.ts';
import type { ActingOptions } from './acting.ts';
import { StatementCompiler } from './compile.ts';
import { tablesOf, tenantTables } from './guard/tables.ts';
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
  /** Replicas of that server, separated by commas; wins over `DATABASE_READ_URL`, which isn't read where `url` is given. */
  readonly readUrl?: string;
  /** Where settings are read from. Default: `process.env`. */
  readonly env?: Environment;
  /** A configuration that has been read already; wins over all of the above. */
  readonly config?: DatabaseConfig;
  /** Make a SQLite file that is missing? Default: true. */
  readonly create?: boolean;
  /** An application's own migrations; they follow Keelson's. */
  readonly migrations?: readonly Migration[];
  /**
   * Whose tables there are. `own`: those of `migrations` and no others, for a database beside the central one, such as a
   * mirror for analytics. Change feed, cache, jobs, search, accounts and care have no tables there. Default: `keelson`.
   */
  readonly schema?: 'keelson' | 'own';
  /** Told of queries, retries, migrations and the like; see {@link DatabaseEvent}. */
  readonly onEvent?: EventListener;
  /** Shown by PostgreSQL beside this process's connections, and kept with each migration. */
  readonly applicationName?: string;
  /**
   * Called before a migration changes a database that has data, where the configuration asks for a backup. Default: makes
   * one in the configured folder and verifies it.
   */
  readonly backup?: () => Promise<void>;
}

/** What later rooms build on the kernel, given from outside because this room may not know them. */
export interface Mechanisms {
  readonly changes: (kernel: Kernel) => ChangeFeed;
  readonly cache: (kernel: Kernel, changes: ChangeFeed) => QueryCache;
  /** Throws when programs live that these migrations would break. */
  readonly refuseBreaking: (kernel: Kernel, names: readonly string[], direction: 'up' | 'down') => Promise<void>;
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
let compilerBelow: (database: Database) => Promise<StatementCompiler>;
let replicasOf: (database: Database) => Replicas | undefined;
let transactionsOf: (database: Database) => Transactions;
let narrowNothing: (database: Database) => void;
let listenerOf: (database: Database) => (listener: EventListener) => () => void;
let kernelBelow: (database: Database) => Kernel;

/**
 * What is underneath, for the rooms of this package that look at a database which may not be ready for use. It is not
 * exported from the package: whoever has the engine has every user's rows.
 */
export function engineOf(database: Database): Engine {
  return engineBelow(database);
}

/** What makes SQL of queries for this database, once it is ready for use. */
export function compilerOf(database: Database): Promise<StatementCompiler> {
  return compilerBelow(database);
}

/** How the replicas are, looked at now. */
export async function inspectReplicas(database: Database): Promise<readonly ReplicaFigures[]> {
  return (await replicasOf(database)?.inspect()) ?? [];
}

/**
 * Has the guard narrow nothing any more, so that row security alone keeps users apart: for tests of it. It isn't
 * exported from the package, and a database without row security refuses.
 */
export function switchOffGuard(database: Database): void {
  narrowNothing(database);
}

/** The way to the engine through the current transaction, for mechanisms with SQL of their own. Not exported, as {@link engineOf}. */
export function kernelOf(database: Database): Kernel {
  return kernelBelow(database);
}

/** Does the work once what is being written is committed, outside the transaction; at once where there is none. */
export function afterCommit(database: Database, work: () => void): void {
  transactionsOf(database).afterCommit(work);
}

/** Tells this listener as well, until the returned function is called. */
export function listenTo(database: Database, listener: EventListener): () => void {
  return listenerOf(database)(listener);
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
    compilerBelow = (database) => database.#kernel.whenReady();
    replicasOf = (database) => database.#kernel.replicas;
    transactionsOf = (database) => database.#kernel.transactions;
    narrowNothing = (database) => {
      if (!database.config.rowSecurity) throw new InternalError('Without row security nothing else keeps users apart.');
      database.#narrows = false;
      database.#forget();
    };
    listenerOf = (database) => (listener) => database.#kernel.listen(listener);
    kernelBelow = (database) => database.#kernel;
  }

  readonly config: DatabaseConfig;
  /** The schema's steps: which were done, which are due; doing and undoing them. */
  readonly migrations: DatabaseMigrations;
  /** What changed, in the order of commits. */
  readonly changes: ChangeFeed;
  /** What was read before and hasn't changed since. */
  readonly cache: QueryCache;
  readonly #engine: Engine;
  readonly #kernel: Kernel;
  #narrows = true;
  /** The tables whose rows have owners, once the schema is known. */
  #owned: readonly string[] = [];
  #initialising: Promise<void> | undefined;

  constructor(config: DatabaseConfig, options: OpenOptions, mechanisms: Mechanisms) {
    this.config = config;
    this.#engine = createEngine(config, {
      create: options.create ?? true,
      applicationName: options.applicationName ?? 'keelson',
      onConnectionError: (error: Error) => this.#kernel.emit({ type: 'connection-error', error }),
      onWait: (wait) => this.#kernel.emit(eventOf(wait)),
      onCheckpointError: (error) => this.#kernel.emit({ type: 'checkpoint-error', error }),
    });
    this.#kernel = new Kernel({
      engine: this.#engine,
      config,
      onEvent: options.onEvent,
      ready: () => this.initialize(),
      replicas:
        config.read.replicas.length === 0
          ? undefined
          : new Replicas({
              config,
              applicationName: options.applicationName ?? 'keelson',
              prepare: async (engine) => {
                await engine.open();
                await engine.secureRows(this.#owned);
              },
              emit: (event) => this.#kernel.emit(event),
            }),
    });
    this.migrations = new DatabaseMigrations({
      kernel: this.#kernel,
      keelson: options.schema !== 'own',
      own: options.migrations ?? [],
      backup: options.backup,
      refuseBreaking: (names, direction) => mechanisms.refuseBreaking(this.#kernel, names, direction),
      onChanged: () => this.#forget(),
    });
    this.changes = mechanisms.changes(this.#kernel);
    this.cache = mechanisms.cache(this.#kernel, this.changes);
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
    // A replica must have these tables, and not those before the latest migration, whoever ran it.
    this.#kernel.replicas?.wrote();
    const tables = tablesOf(schema, scopeOf);
    this.#owned = tenantTables(tables);
    await this.#kernel.reach(() => this.#engine.secureRows(this.#owned));
    this.#kernel.compiler = new StatementCompiler(this.#engine, tables, { narrows: this.#narrows });
  }

  /** Connects, and no more: for those who look at a database that may not be ready for use. */
  async connect(): Promise<void> {
    await this.#kernel.connect();
  }

  #forget(): void {
    this.#kernel.compiler = undefined;
  }

  /**
   * A handle that reaches this user's rows and no others. A handle that is given is given back, so that whatever takes a
   * user's id takes the handle of somebody who acts for that user, too. Inside a transaction of such a handle the new one
   * acts for the same person and may do no more.
   *
   * @example
   * ```ts
   * const rows = await database.forUser('ada').all((db) => db.selectFrom('conversations').select(['id', 'title']));
   * ```
   */
  forUser(user: string | UserHandle, options?: ActingOptions): UserHandle {
    if (user instanceof UserHandle) return this.#ownHandle(user);
    const userId = parseUserId(user);
    const kernel = this.#kernel;
    if (options === undefined) return new UserHandle(kernel, userId, kernel.transactions.actingFor(userId));
    const { actor, readOnly = false, requestId = null, beforeWrite } = options;
    return new UserHandle(kernel, userId, {
      actor: actor === undefined ? userId : parseUserId(actor),
      readOnly,
      requestId,
      beforeWrite,
    });
  }

  #ownHandle(user: UserHandle): UserHandle {
    if (user.isOf(this.#kernel)) return user;
    throw new TenancyViolationError('The handle belongs to another database.');
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
  transaction<T>(
    user: string | UserHandle,
    work: (user: UserHandle) => Promise<T>,
    options?: TransactionOptions,
  ): Promise<T> {
    return this.forUser(user).transaction(work, options);
  }

  pool(): PoolFigures {
    return this.#engine.pool();
  }

  /** The servers of `DATABASE_READ_URL` as they were when they were looked at last: while users read, several times a second. */
  replicas(): readonly ReplicaFigures[] {
    return this.#kernel.replicas?.figures() ?? [];
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
    await this.cache.close();
    await this.changes.close();
    this.#kernel.compiler = undefined;
    await Promise.all([this.#engine.close(), this.#kernel.replicas?.close()]);
  }
}

function eventOf({ of, ...wait }: EngineWait): DatabaseEvent {
  return of === 'connection' ? { type: 'connection-wait', ...wait } : { type: 'lock-wait', of, ...wait };
}

/** Called by `openDatabase`, which knows every mechanism. */
export function createDatabase(options: OpenOptions, mechanisms: Mechanisms): Database {
  refuseSecondCopy();
  const { url, readUrl, env } = options;
  const config =
    options.config ??
    loadDatabaseConfig({
      ...(url === undefined ? {} : { url }),
      ...(readUrl === undefined ? {} : { readUrl }),
      ...(env === undefined ? {} : { env }),
    });
  return new Database(config, options, mechanisms);
}
