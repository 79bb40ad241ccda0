import type { DatabaseConfig } from '../config/index.ts';
import type { Engine, MaybePromise, Plan, Runner } from '../engine/contract.ts';
import { AmbiguousCommitError, ConnectionLostError, InternalError } from '../errors/index.ts';
import type { DatabaseEvent, EventListener } from '../events/events.ts';
import { type Breaker, createBreaker, isWorthRepeating, withRetry } from '../resilience/index.ts';
import type { StatementCompiler } from './compile.ts';
import { Commits } from './commits.ts';
import { type TransactionOptions, Transactions } from './transaction.ts';

/** What all handles of one database share: the way from a query to the engine. */
export class Kernel {
  readonly engine: Engine;
  readonly config: DatabaseConfig;
  readonly transactions: Transactions;
  readonly commits = new Commits();
  readonly #breaker: Breaker | undefined;
  /** Empty for most programs; then nothing is measured. */
  #listeners: readonly EventListener[];
  readonly #ready: () => Promise<void>;
  #compiler: StatementCompiler | undefined;

  constructor({
    engine,
    config,
    onEvent,
    ready,
  }: {
    engine: Engine;
    config: DatabaseConfig;
    onEvent?: EventListener | undefined;
    ready: () => Promise<void>;
  }) {
    this.engine = engine;
    this.config = config;
    this.transactions = new Transactions(
      (options) => this.reach(() => engine.begin(options)),
      () => this.commits.tell(),
    );
    this.#listeners = onEvent === undefined ? [] : [onEvent];
    this.#ready = ready;
    // A file doesn't come back by being left alone.
    this.#breaker =
      engine.kind === 'sqlite'
        ? undefined
        : createBreaker({ ...config.breaker, onState: (state) => this.emit({ type: 'breaker', state }) });
  }

  /** Set once the schema is known; without it nothing can be compiled. */
  set compiler(compiler: StatementCompiler | undefined) {
    this.#compiler = compiler;
  }

  /** Connects, trying again as the configuration says; a wrong password or file stays wrong and is told at once. */
  async connect(): Promise<void> {
    const { count, delayMs } = this.config.initRetry;
    await withRetry(() => this.reach(() => this.engine.open()), {
      attempts: count + 1,
      baseDelayMs: delayMs,
      onRetry: (retry) => this.emit({ type: 'retry', scope: 'initialisation', ...retry }),
    });
  }

  /** There without waiting once the database is ready. */
  get compiler(): StatementCompiler | undefined {
    return this.#compiler;
  }

  async whenReady(): Promise<StatementCompiler> {
    if (this.#compiler === undefined) await this.#ready();
    if (this.#compiler === undefined)
      throw new InternalError('The database says that it is ready and has no compiler.');
    return this.#compiler;
  }

  /** Runs one statement and tells the listener of it. */
  async statement<T>(
    plan: Plan,
    userId: string | undefined,
    work: (runner: Runner) => MaybePromise<T>,
    rowsOf: (result: T) => number,
  ): Promise<T> {
    if (this.#listeners.length === 0) return this.#run(plan, userId, work);
    const started = performance.now();
    let rows = 0;
    let failure: Error | undefined;
    try {
      const result = await this.#run(plan, userId, work);
      rows = rowsOf(result);
      return result;
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
      throw error;
    } finally {
      const durationMs = performance.now() - started;
      const told = { name: plan.name, sql: plan.sql, durationMs, rows };
      this.emit({ type: 'query', ...told, ...(failure === undefined ? {} : { error: failure }) });
      const { slowQueryMs } = this.config;
      if (slowQueryMs > 0 && durationMs >= slowQueryMs) this.emit({ type: 'slow-query', ...told });
    }
  }

  /** Runs a statement in the current transaction, or on its own: a read fails at once, a write is tried again. */
  #run<T>(plan: Plan, userId: string | undefined, work: (runner: Runner) => MaybePromise<T>): Promise<T> {
    const joined = this.transactions.join(userId, work);
    if (joined !== undefined) return joined;
    if (!plan.writes) return this.reach(() => work(this.engine));
    return this.#retried(
      async () => {
        const result = await this.reach(() => work(this.engine));
        this.commits.tell();
        return result;
      },
      (error) => this.#afterWrite(error, plan),
    );
  }

  transaction<T>(userId: string | undefined, work: () => Promise<T>, options: TransactionOptions): Promise<T> {
    const limits = { timeoutMs: this.config.transactionTimeoutMs, ...options };
    if (this.transactions.isInside) return this.transactions.run(userId, work, limits);
    const attempt = (): Promise<T> => this.#timed(() => this.transactions.run(userId, work, limits));
    return this.#retried(
      attempt,
      (error) => isWorthRepeating(error) || (options.idempotent === true && error instanceof AmbiguousCommitError),
    );
  }

  /** Tells the listeners of a transaction. */
  async #timed<T>(attempt: () => Promise<T>): Promise<T> {
    if (this.#listeners.length === 0) return attempt();
    const started = performance.now();
    let failure: Error | undefined;
    try {
      return await attempt();
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
      throw error;
    } finally {
      const durationMs = performance.now() - started;
      this.emit({ type: 'transaction', durationMs, ...(failure === undefined ? {} : { error: failure }) });
    }
  }

  /** Through the breaker, where there is one. */
  async reach<T>(work: () => MaybePromise<T>): Promise<T> {
    return this.#breaker === undefined ? work() : this.#breaker.run(work);
  }

  get breakerState(): Breaker['state'] | undefined {
    return this.#breaker?.state;
  }

  /** A listener's failure is its own: it must not undo the work that it is told of. */
  emit(event: DatabaseEvent): void {
    for (const listener of this.#listeners) {
      try {
        this.transactions.outside(() => listener(event));
      } catch (error) {
        process.emitWarning(`A database event listener failed: ${String(error)}`, 'KeelsonListenerWarning');
      }
    }
  }

  /** Tells this one as well, until the returned function is called. */
  listen(listener: EventListener): () => void {
    this.#listeners = [...this.#listeners, listener];
    return () => {
      this.#listeners = this.#listeners.filter((each) => each !== listener);
    };
  }

  #retried<T>(work: () => Promise<T>, retryIf: (error: unknown) => boolean): Promise<T> {
    return withRetry(work, {
      retryIf,
      onRetry: (retry) => this.emit({ type: 'retry', scope: 'transaction', ...retry }),
    });
  }

  /** A write that lost its connection may have happened: doing it again could do it twice. */
  #afterWrite(error: unknown, plan: Plan): boolean {
    if (error instanceof ConnectionLostError) {
      throw new AmbiguousCommitError(
        `The connection was lost while ${plan.name} was written; it may have happened or not.`,
        { cause: error },
      );
    }
    return isWorthRepeating(error);
  }
}
