import { ConfigurationError } from '../../errors/index.ts';
import type { SchemaDescription } from '../../schema/description.ts';
import type {
  BeginOptions,
  CommitWatch,
  Engine,
  EngineInfo,
  EngineTransaction,
  Outcome,
  Plan,
  PoolFigures,
  Row,
  RowSecurity,
  Runner,
  VectorExtension,
} from '../contract.ts';
import { arrayLiteral, postgresEncoder } from './codecs.ts';
import { memberOf, PortablePostgresCompiler } from './compiler.ts';
import { inspectPostgres } from './inspect.ts';
import { withAdvisoryLock } from './lock.ts';
import { type PostgresEngineOptions, type PostgresSettings, resolveOptions } from './options.ts';
import { SessionPool } from './pool.ts';
import { RowSecurityWall } from './row-security.ts';
import type { Session } from './session.ts';
import { streamRows } from './stream.ts';
import { PostgresTransaction } from './transaction.ts';
import { findVectorExtension } from './vector-extension.ts';
import { watchCommits } from './watch.ts';

const OLDEST_VERSION = 140_000;

const SERVER: Plan = {
  name: 'engine.server',
  sql: `select current_setting('server_version_num')::integer as number, current_setting('server_version') as version,
               current_setting('server_encoding') as encoding, pg_database_size(current_database()) as size`,
  writes: false,
  returnsRows: true,
  decode: new Map(),
};

/** PostgreSQL behind a pool of connections. */
export class PostgresEngine implements Engine {
  readonly kind = 'postgres';
  readonly compiler = new PortablePostgresCompiler();
  readonly encoder = postgresEncoder;
  readonly memberOf = memberOf;
  readonly encodeList = arrayLiteral;
  readonly #settings: PostgresSettings;
  readonly #pool: SessionPool;
  readonly #wall: RowSecurityWall;
  #opened: Promise<void> | undefined;

  constructor(options: PostgresEngineOptions) {
    this.#settings = resolveOptions(options);
    this.#pool = new SessionPool(this.#settings);
    this.#wall = new RowSecurityWall(this.#settings.rowSecurity);
  }

  open(): Promise<void> {
    this.#opened ??= this.#check().catch((error: unknown) => {
      this.#opened = undefined;
      throw error;
    });
    return this.#opened;
  }

  close(): Promise<void> {
    this.#opened = undefined;
    return this.#pool.close();
  }

  async execute(plan: Plan, values: readonly unknown[], owner?: string): Promise<Outcome> {
    const identity = this.#wall.identifyAlone(owner);
    return await this.#withSession((session) => session.execute(plan, values, identity));
  }

  async executeMany(plan: Plan, rows: readonly (readonly unknown[])[], owner?: string): Promise<number> {
    const transaction = await this.begin({ mode: 'write' });
    try {
      const changes = await transaction.executeMany(plan, rows, owner);
      await transaction.commit();
      return changes;
    } catch (error) {
      await transaction.rollback();
      throw error;
    }
  }

  /** Schema statements take as long as they take: the limit is for the statements of programs. */
  exec(sql: string): Promise<void> {
    return this.#withSession((session) => session.withoutLimit(sql));
  }

  begin(options: BeginOptions): Promise<EngineTransaction> {
    return PostgresTransaction.begin(this.#pool, options, this.#wall.identify);
  }

  stream(plan: Plan, values: readonly unknown[], chunkSize: number, owner?: string): AsyncIterableIterator<Row[]> {
    return streamRows(this.#pool, plan, values, { chunkSize, identity: this.#wall.identifyAlone(owner) });
  }

  withLock<T>(name: string, waitMs: number, work: () => Promise<T>): Promise<T> {
    return withAdvisoryLock(this.#settings, name, waitMs, work);
  }

  watchCommits(onCommit: () => void): CommitWatch {
    return watchCommits(this.#settings, onCommit);
  }

  inspect(runner: Runner = this): Promise<SchemaDescription> {
    return inspectPostgres(runner);
  }

  rowSecurity(tables: readonly string[]): Promise<RowSecurity> {
    return this.#wall.state(this, tables);
  }

  secureRows(tables: readonly string[]): Promise<void> {
    const waitMs = this.#settings.poolTimeoutMs;
    return this.#wall.secure(this, tables, (work) => this.withLock('row-security', waitMs, work));
  }

  async info(): Promise<EngineInfo> {
    const row = await this.#server();
    return {
      kind: 'postgres',
      // Distributions add their own: `15.6 (Debian 15.6-1)`.
      version: row.version.split(' ', 1)[0] ?? row.version,
      location: this.#settings.target.location,
      sizeBytes: row.size,
      walBytes: null,
    };
  }

  emptyLog(): Promise<boolean> {
    return Promise.resolve(true);
  }

  vectorExtension(): Promise<VectorExtension> {
    return findVectorExtension(this);
  }

  pool(): PoolFigures {
    return this.#pool.figures();
  }

  async #check(): Promise<void> {
    const { number, version, encoding } = await this.#server();
    const { location } = this.#settings.target;
    if (number < OLDEST_VERSION)
      throw new ConfigurationError(`PostgreSQL at ${location} is version ${version}; 14 or newer is needed.`);
    if (encoding !== 'UTF8') {
      throw new ConfigurationError(`The database at ${location} has the encoding ${encoding}; UTF8 is needed.`, {
        hint: `Make a database with: CREATE DATABASE name ENCODING 'UTF8' TEMPLATE template0.`,
      });
    }
  }

  async #server(): Promise<{ number: number; version: string; encoding: string; size: number }> {
    const { rows } = await this.execute(SERVER, []);
    const row = rows[0] ?? {};
    return {
      number: Number(row['number']),
      version: String(row['version']),
      encoding: String(row['encoding']),
      size: Number(row['size']),
    };
  }

  async #withSession<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const session = await this.#pool.acquire();
    try {
      return await work(session);
    } finally {
      this.#pool.release(session);
    }
  }
}

/**
 * The engine for a PostgreSQL server. Connects on first use.
 *
 * @throws ConfigurationError when the URL can't be used.
 * @example
 * ```ts
 * const engine = createPostgresEngine({ url: 'postgresql://ada:secret@localhost/shop', poolSize: 5 });
 * await engine.open();
 * // …
 * await engine.close();
 * ```
 */
export function createPostgresEngine(options: PostgresEngineOptions): Engine {
  return new PostgresEngine(options);
}
