import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { setImmediate as breathe, setTimeout as sleep } from 'node:timers/promises';
import type {
  BeginOptions,
  CommitWatch,
  Engine,
  EngineInfo,
  EngineTransaction,
  EngineWait,
  MaybePromise,
  Outcome,
  Plan,
  PoolFigures,
  Row,
  Runner,
  VectorExtension,
} from '../contract.ts';
import type { SchemaDescription } from '../../schema/description.ts';
import { DatabaseClosedError, LockTimeoutError } from '../../errors/index.ts';
import { Breather } from './breather.ts';
import { Checkpointer } from './checkpointer.ts';
import { encodeList, sqliteEncoder } from './codecs.ts';
import { memberOf, PortableSqliteCompiler } from './compiler.ts';
import { prepareFile, SqliteConnection } from './connection.ts';
import { inspectSqlite } from './inspect.ts';
import { withLockFile } from './lock-file.ts';
import { Readers, ReadTransaction } from './readers.ts';
import { findVectorExtension, type LoadableExtension } from './vector-extension.ts';
import { watchCommits } from './watch.ts';
import { Writer } from './writer.ts';

export interface SqliteEngineOptions {
  readonly path: string;
  /** Connections in all: one writer, the rest readers; at least three. */
  readonly poolSize: number;
  /** How long a statement waits for a lock or for a reader's connection. */
  readonly waitMs: number;
  readonly synchronous: 'normal' | 'full';
  /** Make the file where it's missing? */
  readonly create: boolean;
  /** Told of waits to write. */
  readonly onWait?: ((wait: EngineWait) => void) | undefined;
  /** Told when the log can't be written back beside the writer. */
  readonly onCheckpointError?: ((error: Error) => void) | undefined;
}

interface Connections {
  readonly writer: Writer;
  readonly readers: Readers;
}

/** SQLite in one file: one writer, several readers, all in this process and on this thread. */
export class SqliteEngine implements Engine {
  readonly kind = 'sqlite';
  readonly compiler = new PortableSqliteCompiler();
  readonly encoder = sqliteEncoder;
  readonly memberOf = memberOf;
  readonly encodeList = encodeList;
  readonly #options: SqliteEngineOptions;
  readonly #breather = new Breather();
  readonly #path: string;
  #connections: Connections | undefined;
  #vectors: LoadableExtension | undefined;
  #closed = false;

  constructor(options: SqliteEngineOptions) {
    this.#options = options;
    this.#path = resolve(options.path);
  }

  async open(): Promise<void> {
    if (this.#closed) throw new DatabaseClosedError('The database has been closed.');
    if (this.#connections !== undefined) return;
    prepareFile(this.#path, this.#options.create);
    this.#vectors = await findVectorExtension();
    // Turning a new file's write-ahead log on takes a lock, and another process may be doing the same.
    const deadline = performance.now() + this.#options.waitMs;
    while (this.#connections === undefined) {
      try {
        this.#connections = this.#connect();
      } catch (error) {
        if (!(error instanceof LockTimeoutError) || performance.now() >= deadline) throw error;
        await sleep(2);
      }
    }
  }

  #connect(): Connections {
    const opened: SqliteConnection[] = [];
    const connect = (readonly: boolean): SqliteConnection => {
      const { synchronous } = this.#options;
      const extension = this.#vectors?.path;
      const connection = new SqliteConnection({ path: this.#path, readonly, synchronous, extension });
      opened.push(connection);
      return connection;
    };
    try {
      const { synchronous, onWait, onCheckpointError = () => undefined } = this.#options;
      const connection = connect(false);
      const checkpointer = new Checkpointer({ writer: connection, synchronous, onError: onCheckpointError });
      const writer = new Writer({ connection, breather: this.#breather, checkpointer, onWait });
      const shared = connect(true);
      const others = Array.from({ length: Math.max(1, this.#options.poolSize - 2) }, () => connect(true));
      return { writer, readers: new Readers(shared, others) };
    } catch (error) {
      for (const connection of opened) connection.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const connections = this.#connections;
    if (connections === undefined) return;
    // Whoever has the turn finishes first.
    await connections.writer.turn.take(this.#options.waitMs);
    this.#connections = undefined;
    await connections.writer.checkpointer.close();
    connections.readers.close();
    connections.writer.close();
  }

  execute(plan: Plan, values: readonly unknown[]): MaybePromise<Outcome> {
    if (!plan.writes) {
      const pause = this.#breather.pause();
      const read = (): Outcome => this.#open.readers.shared.execute(plan, values);
      return pause === undefined ? read() : pause.then(read);
    }
    return this.#open.writer.once(this.#options.waitMs, (connection) => connection.execute(plan, values));
  }

  executeMany(plan: Plan, rows: readonly (readonly unknown[])[]): Promise<number> {
    return this.#open.writer.once(this.#options.waitMs, (connection) => connection.executeMany(plan, rows));
  }

  async exec(sql: string): Promise<void> {
    await this.#open.writer.once(this.#options.waitMs, (connection) => connection.exec(sql));
  }

  async begin(options: BeginOptions): Promise<EngineTransaction> {
    const { writer, readers } = this.#open;
    const waitMs = options.waitMs ?? this.#options.waitMs;
    if (options.mode !== 'read') return writer.begin(options, waitMs);
    const connection = await readers.take(waitMs);
    return new ReadTransaction(connection, this.#breather, () => readers.give(connection));
  }

  async *stream(plan: Plan, values: readonly unknown[], chunkSize: number): AsyncIterableIterator<Row[]> {
    const { readers } = this.#open;
    const connection = await readers.take(this.#options.waitMs);
    try {
      let chunk: Row[] = [];
      for (const row of connection.iterate(plan, values)) {
        chunk.push(row);
        if (chunk.length < chunkSize) continue;
        yield chunk;
        chunk = [];
        await breathe();
      }
      if (chunk.length > 0) yield chunk;
    } finally {
      readers.give(connection);
    }
  }

  emptyLog(): Promise<boolean> {
    const { writer } = this.#open;
    return writer.once(this.#options.waitMs, async (connection) => {
      // Who finds somebody at the log can't cut it.
      await writer.checkpointer.idle();
      const [row] = connection.rows('PRAGMA wal_checkpoint(TRUNCATE)');
      return row?.['busy'] === 0;
    });
  }

  withLock<T>(name: string, waitMs: number, work: () => Promise<T>): Promise<T> {
    return withLockFile(`${this.#path}-lock-${name}`, waitMs, work);
  }

  watchCommits(onCommit: () => void): CommitWatch {
    return watchCommits(this.#open.readers.shared, onCommit);
  }

  rowSecurity(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  /** The configuration lets nobody ask for what SQLite hasn't. */
  secureRows(): Promise<void> {
    return Promise.resolve();
  }

  async inspect(runner?: Runner): Promise<SchemaDescription> {
    const { writer, readers } = this.#open;
    // Inside a transaction that changes the schema only its own connection sees what it did.
    const connection = runner === undefined ? readers.shared : writer.connection;
    return inspectSqlite((sql, ...values) => connection.rows(sql, ...values));
  }

  async info(): Promise<EngineInfo> {
    const [row] = this.#open.readers.shared.rows('SELECT sqlite_version() AS version');
    return {
      kind: 'sqlite',
      version: String(row?.['version']),
      location: this.#path,
      sizeBytes: sizeOf(this.#path),
      walBytes: sizeOf(`${this.#path}-wal`),
    };
  }

  async vectorExtension(): Promise<VectorExtension> {
    return (this.#vectors ?? (await findVectorExtension())).about;
  }

  pool(): PoolFigures {
    const connections = this.#connections;
    if (connections === undefined) return { size: 0, inUse: 0, idle: 0, waiting: 0 };
    const { writer, readers } = connections;
    const size = readers.size + 1;
    const inUse = readers.inUse + (writer.turn.isTaken ? 1 : 0);
    return { size, inUse, idle: size - inUse, waiting: readers.waiting + writer.turn.waiting };
  }

  get #open(): Connections {
    if (this.#connections !== undefined) return this.#connections;
    throw new DatabaseClosedError(
      this.#closed ? 'The database has been closed.' : 'The database has not been opened yet.',
    );
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
