import { ConcurrentTransactionUseError, TransactionAbortedError, TransactionClosedError } from '../../errors/index.ts';
import type { BeginOptions, EngineTransaction, Outcome, Plan } from '../contract.ts';
import { executeBulk } from './bulk.ts';
import type { Identity } from './identity.ts';
import type { SessionPool } from './pool.ts';
import type { Session } from './session.ts';

const BEGIN: Readonly<Record<BeginOptions['mode'], string>> = {
  write: 'begin isolation level read committed read write',
  read: 'begin isolation level repeatable read read only',
  // Rebuilding a large table may take as long as it takes.
  'exclusive-schema':
    'begin isolation level read committed read write; set local statement_timeout to 0; set local idle_in_transaction_session_timeout to 0',
};

/** After this the connection is destroyed, and with it the transaction. */
const ROLLBACK_MS = 2000;

/** As whom statements of an owner run, or of the program; undefined where nothing depends on it. */
export type Identify = (owner: string | undefined) => Identity | undefined;

/** A transaction on a connection that it has for itself until it ends. */
export class PostgresTransaction implements EngineTransaction {
  readonly #pool: SessionPool;
  readonly #session: Session;
  readonly #identify: Identify;
  /** Whose statements run now; undefined for the program's own. */
  #owner: string | undefined;
  /** Is that known? A savepoint that was rolled back took the session's settings back, too. */
  #isOwnerKnown = true;
  #isClosed = false;
  /** What runs now. */
  #running: Promise<unknown> | undefined;

  private constructor(pool: SessionPool, session: Session, identify: Identify) {
    this.#pool = pool;
    this.#session = session;
    this.#identify = identify;
  }

  static async begin(
    pool: SessionPool,
    { mode, waitMs, isPatient = mode === 'exclusive-schema' }: BeginOptions,
    identify: Identify,
  ): Promise<PostgresTransaction> {
    const session = await pool.acquire(waitMs);
    session.isPatient = isPatient;
    try {
      await session.text(BEGIN[mode]);
    } catch (error) {
      pool.release(session);
      throw error;
    }
    return new PostgresTransaction(pool, session, identify);
  }

  execute(plan: Plan, values: readonly unknown[], owner?: string): Promise<Outcome> {
    return this.#alone(() => this.#session.execute(plan, values, this.#change(owner)));
  }

  executeMany(plan: Plan, rows: readonly (readonly unknown[])[], owner?: string): Promise<number> {
    return this.#alone(async () => {
      const identity = this.#change(owner);
      if (identity !== undefined) await this.#session.become(identity);
      return plan.bulk === undefined
        ? this.#session.executeEach(plan, rows)
        : executeBulk(this.#session, plan, plan.bulk, rows);
    });
  }

  exec(sql: string): Promise<void> {
    this.#isOwnerKnown = false;
    return this.#alone(async () => {
      await this.#session.text(sql);
    });
  }

  async commit(): Promise<void> {
    const result = await this.#alone(() => this.#session.text('commit', 'commit').finally(() => this.#end()));
    // PostgreSQL answers the COMMIT of a failed transaction with ROLLBACK, and without an error.
    if (result.command === 'ROLLBACK')
      throw new TransactionAbortedError('A statement of this transaction failed; nothing of it was kept.');
  }

  async rollback(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const timer = setTimeout(
      () => this.#session.destroy('a transaction could not be rolled back in time'),
      ROLLBACK_MS,
    );
    // What still runs comes first, and may be sent in several parts: one of them must not come after the transaction's end.
    await this.#running?.catch(() => undefined);
    // A connection on which this fails is thrown away when it is given back.
    await this.#session.text('rollback').catch(() => undefined);
    clearTimeout(timer);
    this.#pool.release(this.#session);
  }

  /** The identity to take on before a statement of this owner; none when it is the one already. */
  #change(owner: string | undefined): Identity | undefined {
    if (this.#isOwnerKnown && this.#owner === owner) return undefined;
    const identity = this.#identify(owner);
    this.#owner = owner;
    this.#isOwnerKnown = true;
    return identity;
  }

  #end(): void {
    this.#isClosed = true;
    this.#pool.release(this.#session);
  }

  /** A connection runs one statement at a time; a second one beside it is a mistake of the caller's. */
  async #alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new TransactionClosedError('The transaction has ended.');
    if (this.#running !== undefined)
      throw new ConcurrentTransactionUseError('Another statement of the same transaction is still running.');
    const running = work();
    this.#running = running;
    try {
      return await running;
    } finally {
      this.#running = undefined;
    }
  }
}
