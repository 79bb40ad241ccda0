import type { DatabaseConfig } from '../config/index.ts';
import type { Engine, MaybePromise, Plan, Row, Runner } from '../engine/contract.ts';
import { AmbiguousCommitError, ConnectionLostError, InternalError } from '../errors/index.ts';
import type { DatabaseEvent, EventListener } from '../events/events.ts';
import type { Replicas } from '../replicas/replicas.ts';
import { type Breaker, createBreaker, isWorthRepeating, withRetry } from '../resilience/index.ts';
import type { Acting } from './acting.ts';
import type { StatementCompiler } from './compile.ts';
import { Commits } from './commits.ts';
import { type TransactionOptions, Transactions } from './transaction.ts';

/** What all handles of one database share: the way from a query to the engine. */
export class Kernel {
  readonly engine: Engine;
  readonly config: DatabaseConfig;
  readonly transactions: Transactions;
  readonly commits = new Commits();
  /** Where users may read as well; undefined where there are none. */
  readonly replicas: Replicas | undefined;
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
    replicas,
  }: {
    engine: Engine;
    config: DatabaseConfig;
    replicas?: Replicas | undefined;
    onEvent?: EventListener | undefined;
    ready: () => Promise<void>;
  }) {
    this.engine = engine;
    this.config = config;
    this.replicas = replicas;
    this.transactions = new Transactions(
      (options) => this.reach(() => engine.begin(options)),
      (written) => this.#committed(written),
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
    if (joined !== undefined) {
      if (plan.writes && plan.isUnseen !== true) this.transactions.noteWrite(userId);
      return joined;
    }
    if (!plan.writes) return this.#read(userId, work);
    const written = plan.isUnseen === true ? [] : [userId];
    return this.#retried(
      async () => {
        const result = await this.reach(() => work(this.engine));
        this.#committed(written);
        return result;
      },
      (error) => this.#afterWrite(error, plan, written),
    );
  }

  /** A user's read on its own may go to a replica. What reads without a user looks after everybody, and asks the primary. */
  async #read<T>(userId: string | undefined, work: (runner: Runner) => MaybePromise<T>): Promise<T> {
    if (this.replicas === undefined || userId === undefined) return this.reach(() => work(this.engine));
    const served = await this.replicas.read(userId, work);
    return served === undefined ? this.reach(() => work(this.engine)) : served.value;
  }

  /** Rows in chunks, outside any transaction. */
  async *stream(
    plan: Plan,
    userId: string | undefined,
    values: readonly unknown[],
    chunkSize: number,
  ): AsyncIterableIterator<Row[]> {
    const open = (engine: Engine): AsyncIterableIterator<Row[]> => engine.stream(plan, values, chunkSize, userId);
    if (this.replicas !== undefined && userId !== undefined && (yield* this.replicas.stream(userId, open))) return;
    yield* open(this.engine);
  }

  transaction<T>(
    userId: string | undefined,
    work: () => Promise<T>,
    options: TransactionOptions,
    acting?: Acting,
  ): Promise<T> {
    const limits = { timeoutMs: this.config.transactionTimeoutMs, ...options, acting };
    if (this.transactions.isInside) return this.transactions.run(userId, work, limits);
    const attempt = (engine?: Engine): Promise<T> =>
      this.#timed(() => this.transactions.run(userId, work, limits, engine));
    if (options.readOnly === true) return this.#readOnly(userId, attempt);
    return this.#retried(
      () => attempt(),
      (error) => {
        if (error instanceof AmbiguousCommitError) this.replicas?.wrote(userId);
        return isWorthRepeating(error) || (options.idempotent === true && error instanceof AmbiguousCommitError);
      },
    );
  }

  async #readOnly<T>(userId: string | undefined, attempt: (engine?: Engine) => Promise<T>): Promise<T> {
    const served = userId === undefined ? undefined : await this.replicas?.read(userId, attempt);
    return served === undefined ? this.#retried(() => attempt(), isWorthRepeating) : served.value;
  }

  /** These users' rows were written, or anybody's (undefined). */
  #committed(written: Iterable<string | undefined>): void {
    // Before anybody is told: whoever reads then has to see it.
    for (const userId of written) this.replicas?.wrote(userId);
    for (const userId of written) this.commits.tell(userId);
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
  #afterWrite(error: unknown, plan: Plan, written: Iterable<string | undefined>): boolean {
    if (error instanceof ConnectionLostError) {
      for (const userId of written) this.replicas?.wrote(userId);
      throw new AmbiguousCommitError(
        `The connection was lost while ${plan.name} was written; it may have happened or not.`,
        { cause: error },
      );
    }
    return isWorthRepeating(error);
  }
}
