import type { EngineTransaction, MaybePromise, Outcome, Plan } from '../contract.ts';
import { PoolExhaustedError, ReadOnlyError, TransactionClosedError } from '../../errors/index.ts';
import type { Breather } from './breather.ts';
import type { SqliteConnection } from './connection.ts';
import { mapSqliteError } from './errors.ts';

interface Waiter {
  readonly grant: (connection: SqliteConnection) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * Readonly connections. The first serves single statements, which run synchronously and so never wait for each other;
 * the others are lent to streams and snapshots, which hold theirs for a while.
 */
export class Readers {
  readonly shared: SqliteConnection;
  readonly #idle: SqliteConnection[];
  readonly #all: readonly SqliteConnection[];
  readonly #waiters: Waiter[] = [];

  constructor(shared: SqliteConnection, others: readonly SqliteConnection[]) {
    this.shared = shared;
    this.#all = [shared, ...others];
    this.#idle = [...others];
  }

  get size(): number {
    return this.#all.length;
  }
  get inUse(): number {
    return this.#all.length - 1 - this.#idle.length;
  }
  get waiting(): number {
    return this.#waiters.length;
  }

  take(waitMs: number): Promise<SqliteConnection> {
    const connection = this.#idle.pop();
    if (connection !== undefined) return Promise.resolve(connection);
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        grant: resolve,
        timer: setTimeout(() => {
          this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
          reject(
            new PoolExhaustedError(
              `All ${this.#all.length - 1} connections for streams and snapshots were in use for ${waitMs} ms.`,
            ),
          );
        }, waitMs),
      };
      this.#waiters.push(waiter);
    });
  }

  give(connection: SqliteConnection): void {
    const next = this.#waiters.shift();
    if (next === undefined) {
      this.#idle.push(connection);
      return;
    }
    clearTimeout(next.timer);
    next.grant(connection);
  }

  close(): void {
    for (const connection of this.#all) connection.close();
  }
}

/** One snapshot of the database, on a connection of its own. */
export class ReadTransaction implements EngineTransaction {
  readonly #connection: SqliteConnection;
  readonly #breather: Breather;
  readonly #end: () => void;
  #ended = false;

  constructor(connection: SqliteConnection, breather: Breather, end: () => void) {
    this.#connection = connection;
    this.#breather = breather;
    this.#end = end;
    try {
      connection.control('BEGIN');
      // A deferred transaction takes its snapshot at its first read, so that the first read is now.
      connection.rows('SELECT 1 FROM sqlite_schema LIMIT 1');
    } catch (error) {
      this.rollback();
      throw mapSqliteError(error, connection.path);
    }
  }

  execute(plan: Plan, values: readonly unknown[]): MaybePromise<Outcome> {
    const pause = this.#breather.pause();
    if (pause === undefined) return this.#connection.execute(plan, values);
    return pause.then(() => {
      // The pause lets a deadline in, which rolls back: somebody else may have the connection now.
      if (this.#ended) throw new TransactionClosedError('The transaction ended before its statement was run.');
      return this.#connection.execute(plan, values);
    });
  }
  executeMany(): number {
    throw new ReadOnlyError('A read-only transaction writes nothing.');
  }
  exec(sql: string): void {
    this.#connection.exec(sql);
  }
  commit(): void {
    this.#finish('COMMIT');
  }
  rollback(): void {
    this.#finish('ROLLBACK');
  }

  #finish(sql: 'COMMIT' | 'ROLLBACK'): void {
    if (this.#ended) return;
    this.#ended = true;
    try {
      if (this.#connection.inTransaction) this.#connection.control(sql);
    } finally {
      this.#end();
    }
  }
}
