import { AsyncLocalStorage } from 'node:async_hooks';
import type { Engine, EngineTransaction, MaybePromise, Runner } from '../engine/contract.ts';
import {
  ConcurrentTransactionUseError,
  type KeelsonError,
  TenancyViolationError,
  TransactionAbortedError,
  TransactionClosedError,
  TransactionTimeoutError,
} from '../errors/index.ts';
import { withDeadline } from '../resilience/index.ts';
import type { CommitListener } from './commits.ts';

export interface TransactionOptions {
  /** Milliseconds after which the transaction is rolled back. Default: `DATABASE_TRANSACTION_TIMEOUT`. */
  readonly timeoutMs?: number;
  /** Doing the work twice does no harm, so that it may also be repeated when a commit's outcome is unknown. */
  readonly idempotent?: boolean;
  /** Reads one snapshot and writes nothing; it waits for no writer. */
  readonly readOnly?: boolean;
}

/** Where in a transaction code runs: in which one, and inside which of its savepoints. */
interface Place {
  readonly transaction: ActiveTransaction;
  readonly savepoint: symbol | undefined;
}

/** One transaction that is under way, with the rules that hold for everything inside it. */
class ActiveTransaction {
  readonly userId: string | undefined;
  /** What is done once it is committed. */
  readonly afterwards: (() => void)[] = [];
  /** Has it run statements that no user narrows? */
  isUnscoped: boolean;
  readonly #engine: EngineTransaction;
  #closed: KeelsonError | undefined;
  #failure: unknown;
  #failed = false;
  #busy = false;
  #savepoints = 0;
  #innermost: symbol | undefined;

  constructor(engine: EngineTransaction, userId: string | undefined) {
    this.#engine = engine;
    this.userId = userId;
    this.isUnscoped = userId === undefined;
  }

  /** Runs one statement. A second one at the same time is refused: their order would be anybody's guess. */
  async run<T>(place: Place, work: (runner: Runner) => MaybePromise<T>): Promise<T> {
    this.#assertUsable(place);
    this.#busy = true;
    try {
      return await work(this.#engine);
    } catch (error) {
      this.#failed = true;
      this.#failure = error;
      throw error;
    } finally {
      this.#busy = false;
    }
  }

  async savepoint<T>(
    place: Place,
    inside: (place: Place, work: () => Promise<T>) => Promise<T>,
    work: () => Promise<T>,
  ): Promise<T> {
    const name = `savepoint_${++this.#savepoints}`;
    const outer = this.#innermost;
    const own = Symbol(name);
    await this.run(place, (runner) => runner.exec(`SAVEPOINT ${name}`));
    this.#innermost = own;
    const ownPlace = { transaction: this, savepoint: own };
    try {
      const result = await inside(ownPlace, work);
      this.#assertUsable(ownPlace);
      await this.run(ownPlace, (runner) => runner.exec(`RELEASE SAVEPOINT ${name}`));
      return result;
    } catch (error) {
      if (this.#closed === undefined) await this.#rollBackTo(name);
      throw error;
    } finally {
      this.#innermost = outer;
    }
  }

  async #rollBackTo(name: string): Promise<void> {
    try {
      await this.#engine.exec(`ROLLBACK TO SAVEPOINT ${name}`);
      await this.#engine.exec(`RELEASE SAVEPOINT ${name}`);
      this.#failed = false;
      this.#failure = undefined;
    } catch {
      // The first error is the one that counts; this transaction can't go on, and says so at its next statement.
      this.#failed = true;
    }
  }

  /** Is everything that was begun also done, and did nothing fail? */
  async commit(): Promise<void> {
    if (this.#closed !== undefined) throw this.#closed;
    if (this.#busy)
      throw new ConcurrentTransactionUseError(
        'The transaction ended while one of its statements was still running; await every statement.',
      );
    if (this.#failed) throw this.#aborted();
    await this.#engine.commit();
  }

  async rollback(): Promise<void> {
    await this.#engine.rollback();
  }

  close(reason: KeelsonError): void {
    this.#closed ??= reason;
  }

  #assertUsable({ savepoint }: Place): void {
    if (this.#closed !== undefined) throw this.#closed;
    if (this.#busy)
      throw new ConcurrentTransactionUseError(
        'Two statements of one transaction were started at the same time; await the first before the second.',
      );
    if (savepoint !== this.#innermost)
      throw new ConcurrentTransactionUseError(
        'A statement of one branch of a transaction came while another branch was in a savepoint.',
      );
    if (this.#failed) throw this.#aborted();
  }

  #aborted(): TransactionAbortedError {
    return new TransactionAbortedError(
      'An earlier statement of this transaction failed, so that nothing of it can be kept.',
      { cause: this.#failure },
    );
  }
}

/** The transactions of one database: which one the code that is running is in. */
export class Transactions {
  readonly #begin: Engine['begin'];
  readonly #onCommitted: CommitListener;
  readonly #places = new AsyncLocalStorage<Place | undefined>();

  constructor(begin: Engine['begin'], onCommitted: CommitListener) {
    this.#begin = begin;
    this.#onCommitted = onCommitted;
  }

  get isInside(): boolean {
    return this.#places.getStore() !== undefined;
  }

  /** Runs one statement in the current transaction; undefined when there is none. */
  join<T>(userId: string | undefined, work: (runner: Runner) => MaybePromise<T>): Promise<T> | undefined {
    const place = this.#place(userId);
    if (place === undefined) return undefined;
    if (userId === undefined) place.transaction.isUnscoped = true;
    return place.transaction.run(place, work);
  }

  /** Begins a transaction, runs the work in it and commits; inside one already, just runs the work. */
  async run<T>(
    userId: string | undefined,
    work: () => Promise<T>,
    { timeoutMs, readOnly }: TransactionOptions & { timeoutMs: number },
  ): Promise<T> {
    if (this.#place(userId) !== undefined) return work();
    const engineTransaction = await this.#begin({ mode: readOnly === true ? 'read' : 'write' });
    const transaction = new ActiveTransaction(engineTransaction, userId);
    const onTimeout = (): KeelsonError => {
      const error = new TransactionTimeoutError(
        `The transaction was rolled back because it took longer than ${timeoutMs} ms.`,
        {
          details: { timeoutMs },
        },
      );
      transaction.close(error);
      return error;
    };
    try {
      const inside = (): Promise<T> => this.#places.run({ transaction, savepoint: undefined }, work);
      const result = await withDeadline(inside, { timeoutMs, onTimeout });
      await transaction.commit();
      if (readOnly !== true) this.#onCommitted(transaction.isUnscoped ? undefined : userId);
      for (const after of transaction.afterwards) this.outside(after);
      return result;
    } catch (error) {
      await transaction.rollback();
      throw error;
    } finally {
      transaction.close(new TransactionClosedError('The transaction that this statement belongs to has ended.'));
    }
  }

  /** Runs the work so that its failure undoes only what it did itself. */
  async savepoint<T>(userId: string | undefined, work: () => Promise<T>): Promise<T> {
    const place = this.#place(userId);
    if (place === undefined) throw new TransactionClosedError('A savepoint needs a transaction around it.');
    return place.transaction.savepoint(place, (inner, inside) => this.#places.run(inner, inside), work);
  }

  /** Does the work once the current transaction is committed, outside it; at once where there is none. It must not throw. */
  afterCommit(work: () => void): void {
    const place = this.#places.getStore();
    if (place === undefined) work();
    else place.transaction.afterwards.push(work);
  }

  /** Runs code that must not take part in the current transaction: listeners, background work. */
  outside<T>(work: () => T): T {
    return this.#places.run(undefined, work);
  }

  #place(userId: string | undefined): Place | undefined {
    const place = this.#places.getStore();
    if (place === undefined) return undefined;
    const owner = place.transaction.userId;
    if (userId !== undefined && owner !== undefined && userId !== owner) {
      throw new TenancyViolationError("A transaction of one user can't reach another user's rows.");
    }
    return place;
  }
}
