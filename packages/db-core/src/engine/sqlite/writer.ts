import { setTimeout as sleep } from 'node:timers/promises';
import type { BeginOptions, EngineTransaction, EngineWait, MaybePromise, Outcome, Plan } from '../contract.ts';
import { LockTimeoutError, TransactionClosedError } from '../../errors/index.ts';
import type { Breather } from './breather.ts';
import type { Checkpointer } from './checkpointer.ts';
import type { SqliteConnection } from './connection.ts';
import { isBusy, mapSqliteError } from './errors.ts';
import { ProcessFairness, WriterTurn } from './writer-turn.ts';

interface WriterOptions {
  readonly connection: SqliteConnection;
  readonly breather: Breather;
  readonly checkpointer: Checkpointer;
  readonly onWait?: ((wait: EngineWait) => void) | undefined;
}

/** The one connection that writes, and the order in which it is given out. */
export class Writer {
  readonly connection: SqliteConnection;
  readonly checkpointer: Checkpointer;
  readonly turn = new WriterTurn();
  readonly #breather: Breather;
  readonly #fairness: ProcessFairness;
  readonly #onWait: (wait: EngineWait) => void;

  constructor({ connection, breather, checkpointer, onWait = () => undefined }: WriterOptions) {
    this.connection = connection;
    this.checkpointer = checkpointer;
    this.#breather = breather;
    this.#onWait = onWait;
    this.#fairness = new ProcessFairness(connection.path);
  }

  /** A statement on its own: SQLite makes the transaction. */
  async once<T>(waitMs: number, work: (connection: SqliteConnection) => MaybePromise<T>): Promise<T> {
    if (!this.turn.tryTake()) await this.#queue(waitMs);
    try {
      return await this.#whenUnlocked(waitMs, () => work(this.connection));
    } finally {
      this.#release();
    }
  }

  async begin({ mode }: BeginOptions, waitMs: number): Promise<EngineTransaction> {
    if (!this.turn.tryTake()) await this.#queue(waitMs);
    try {
      // The pragma does nothing inside a transaction, so it comes before.
      if (mode === 'exclusive-schema') this.connection.exec('PRAGMA foreign_keys = OFF');
      await this.#whenUnlocked(waitMs, () => this.connection.control('BEGIN IMMEDIATE'));
    } catch (error) {
      this.#end(mode);
      throw mapSqliteError(error, this.connection.path);
    }
    return new WriteTransaction(this.connection, this.#breather, () => this.#end(mode));
  }

  close(): void {
    this.#fairness.close();
    this.connection.close();
  }

  #end(mode: BeginOptions['mode']): void {
    if (mode === 'exclusive-schema') this.connection.exec('PRAGMA foreign_keys = ON');
    this.#release();
  }

  #release(): void {
    this.#fairness.released();
    const rest = this.checkpointer.afterTurn();
    if (rest === undefined) this.turn.release();
    else void rest.finally(() => this.turn.release());
  }

  /** Behind the other writers of this process. */
  async #queue(waitMs: number): Promise<void> {
    await this.#told('turn', performance.now(), () => this.turn.take(waitMs));
  }

  async #told<T>(of: EngineWait['of'], started: number, wait: () => Promise<T>): Promise<T> {
    try {
      const result = await wait();
      this.#onWait({ of, durationMs: performance.now() - started });
      return result;
    } catch (error) {
      if (error instanceof LockTimeoutError) this.#onWait({ of, durationMs: performance.now() - started, error });
      throw error;
    }
  }

  /**
   * Polls every 1–3 ms while another process holds the lock. The pause doesn't grow: with exponential backoff whoever
   * has waited longest asks least often, and starves.
   */
  async #whenUnlocked<T>(waitMs: number, attempt: () => T): Promise<T> {
    await this.#fairness.standBackIfDue();
    await this.#breather.pause();
    const started = performance.now();
    try {
      return attempt();
    } catch (error) {
      if (!isLocked(error)) throw error;
      return await this.#told('file', started, () => this.#poll(started, waitMs, attempt));
    }
  }

  async #poll<T>(started: number, waitMs: number, attempt: () => T): Promise<T> {
    for (;;) {
      try {
        return attempt();
      } catch (error) {
        if (!isLocked(error)) throw error;
        if (performance.now() - started >= waitMs) {
          throw new LockTimeoutError(`Another process has held the lock of ${this.connection.path} for ${waitMs} ms.`, {
            cause: error,
            details: { waitedMs: waitMs },
          });
        }
        this.#fairness.waiting();
        await sleep(1 + Math.random() * 2);
      }
    }
  }
}

function isLocked(error: unknown): boolean {
  return isBusy(error) || error instanceof LockTimeoutError;
}

class WriteTransaction implements EngineTransaction {
  readonly #connection: SqliteConnection;
  readonly #breather: Breather;
  readonly #end: () => void;
  #ended = false;

  constructor(connection: SqliteConnection, breather: Breather, end: () => void) {
    this.#connection = connection;
    this.#breather = breather;
    this.#end = end;
  }

  execute(plan: Plan, values: readonly unknown[]): MaybePromise<Outcome> {
    const pause = this.#breather.pause();
    if (pause === undefined) return this.#connection.execute(plan, values);
    return pause.then(() => {
      // The pause lets a deadline in, which rolls back: another transaction may have the connection now.
      if (this.#ended) throw new TransactionClosedError('The transaction ended before its statement was run.');
      return this.#connection.execute(plan, values);
    });
  }
  executeMany(plan: Plan, rows: readonly (readonly unknown[])[]): number {
    return this.#connection.executeMany(plan, rows);
  }
  exec(sql: string): void {
    this.#connection.exec(sql);
  }

  commit(): void {
    try {
      this.#connection.control('COMMIT');
    } catch (error) {
      this.rollback();
      throw mapSqliteError(error, this.#connection.path);
    }
    this.#finish();
  }

  /** After a commit, failed or not, there is nothing left to do. */
  rollback(): void {
    if (this.#ended) return;
    // Some errors (a full disk, for one) have ended SQLite's transaction already.
    if (this.#connection.inTransaction) this.#connection.control('ROLLBACK');
    this.#finish();
  }

  #finish(): void {
    this.#ended = true;
    this.#end();
  }
}
