import type { Outcome, Row } from '../engine/contract.ts';
import type { SystemDatabase, TenantDatabase } from '../schema/types.ts';
import { ForbiddenError, TenancyViolationError } from '../errors/index.ts';
import type { Acting } from './acting.ts';
import type { CompiledStatement } from './compile.ts';
import type { Kernel } from './kernel.ts';
import { type DynamicQuery, Query, type RowOf } from './query.ts';
import type { TransactionOptions } from './transaction.ts';
import type { UserId } from './user-id.ts';

type Access = 'tenant' | 'system';
type TablesOf<A extends Access> = A extends 'tenant' ? TenantDatabase : SystemDatabase;

type AnyQuery<A extends Access> = Query<never, unknown, A> | DynamicQuery<TablesOf<A>, unknown>;

/** Nothing for a query without parameters. */
export type Arguments<Params> = [Params] extends [void] ? [] : [params: Params];

export interface StreamOptions {
  /** Rows held at a time. Default: 500. */
  readonly chunkSize?: number;
}

/** What a write did. */
export interface WriteResult<R> {
  /** What RETURNING gave. */
  readonly rows: R[];
  /** Rows inserted, updated or deleted. */
  readonly changes: number;
}

const STREAM_CHUNK = 500;
const BULK_CHUNK = 5_000;

let kernelBelow: (handle: Handle<'tenant'>) => Kernel;

/** Which database's handle it is, for the rooms of this package. */
export function kernelOf(handle: UserHandle): Kernel {
  return kernelBelow(handle);
}

/**
 * Runs queries. It is no Kysely instance: it has no way to run SQL that the guard hasn't seen. Inside a transaction of
 * the same database every statement runs in it.
 */
class Handle<A extends Access> {
  static {
    kernelBelow = (handle) => handle.#kernel;
  }

  readonly #kernel: Kernel;
  readonly #access: A;
  readonly #owner: UserId | undefined;
  readonly #acting: Acting | undefined;

  constructor(kernel: Kernel, access: A, owner: UserId | undefined, acting?: Acting) {
    this.#kernel = kernel;
    this.#access = access;
    this.#owner = owner;
    this.#acting = acting;
  }

  /** Is it a handle of this database? */
  isOf(kernel: Kernel): boolean {
    return this.#kernel === kernel;
  }

  /** Every row. */
  async all<R, Params = void>(
    query: Query<Params, R, A> | DynamicQuery<TablesOf<A>, R>,
    ...params: Arguments<Params>
  ): Promise<RowOf<R>[]> {
    const statement = await this.#statement(query);
    return (await this.#execute(statement, params[0])).rows as RowOf<R>[];
  }

  /** The first row; undefined when there is none. */
  async first<R, Params = void>(
    query: Query<Params, R, A> | DynamicQuery<TablesOf<A>, R>,
    ...params: Arguments<Params>
  ): Promise<RowOf<R> | undefined> {
    const statement = await this.#statement(query);
    return (await this.#execute(statement, params[0])).rows[0] as RowOf<R> | undefined;
  }

  /** For writes: the rows that RETURNING gave, and how many rows changed. */
  async run<R, Params = void>(
    query: Query<Params, R, A> | DynamicQuery<TablesOf<A>, R>,
    ...params: Arguments<Params>
  ): Promise<WriteResult<RowOf<R>>> {
    const statement = await this.#statement(query);
    return (await this.#execute(statement, params[0])) as WriteResult<RowOf<R>>;
  }

  /** The same write for each of many parameters, in one transaction. Returns how many rows changed. */
  async runMany<R, Params>(query: Query<Params, R, A>, paramsList: readonly Params[]): Promise<number> {
    if (paramsList.length === 0) return 0;
    const statement = await this.#statement(query);
    const { plan, bind } = statement;
    return this.transaction(async () => {
      if (this.#announces(statement)) await this.#announce();
      let changes = 0;
      for (let start = 0; start < paramsList.length; start += BULK_CHUNK) {
        const rows = paramsList.slice(start, start + BULK_CHUNK).map((params) => bind(params, this.#owner));
        changes += await this.#kernel.statement(
          plan,
          this.#owner,
          (runner) => runner.executeMany(plan, rows, this.#owner),
          (count) => count,
        );
      }
      return changes;
    });
  }

  /** Rows one after another from one snapshot, without holding them all. */
  async *stream<R, Params = void>(
    query: Query<Params, R, A> | DynamicQuery<TablesOf<A>, R>,
    params?: Params,
    { chunkSize = STREAM_CHUNK }: StreamOptions = {},
  ): AsyncIterableIterator<RowOf<R>> {
    const statement = await this.#statement(query);
    if (this.#announces(statement)) {
      yield* (await this.#execute(statement, params)).rows as RowOf<R>[];
      return;
    }
    const { plan, bind } = statement;
    const values = bind(params, this.#owner);
    const joined = this.#kernel.transactions.join(this.#owner, (runner) => runner.execute(plan, values, this.#owner));
    if (joined !== undefined) {
      yield* (await joined).rows as RowOf<R>[];
      return;
    }
    for await (const chunk of this.#kernel.stream(plan, this.#owner, values, chunkSize)) yield* chunk as RowOf<R>[];
  }

  /** Runs the work in a transaction, or in the one that it is in already. The work may be run again when it fails with a retriable error. */
  async transaction<T>(work: (handle: this) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    await this.#kernel.whenReady();
    const readOnly = this.#acting?.readOnly === true ? { readOnly: true } : {};
    return this.#kernel.transaction(this.#owner, () => work(this), { ...options, ...readOnly }, this.#acting);
  }

  /** Inside a transaction: runs the work so that its failure undoes only what it did itself. */
  savepoint<T>(work: () => Promise<T>): Promise<T> {
    return this.#kernel.transactions.savepoint(this.#owner, work);
  }

  /** Waits only while the database isn't ready yet: every statement comes through here. */
  async #statement(query: AnyQuery<A>): Promise<CompiledStatement> {
    const compiler = this.#kernel.compiler ?? (await this.#kernel.whenReady());
    if (!(query instanceof Query)) return this.#allowed(compiler.compileDynamic(this.#access, query));
    if (query.access !== this.#access) {
      throw new TenancyViolationError(
        `The query ${query.name} is for the ${query.access} handle; this is the ${this.#access} one.`,
      );
    }
    return this.#allowed(compiler.compile(query));
  }

  /** Every statement comes through here, so that a handle that only reads can't write by any of them. */
  #allowed(statement: CompiledStatement): CompiledStatement {
    if (this.#acting?.readOnly === true && (statement.plan.writes || statement.locksRows)) {
      throw new ForbiddenError(`${this.#acting.actor} may only read the rows of ${String(this.#owner)}.`, {
        hint: 'Ask an owner or an admin of the organisation for the role `member`.',
      });
    }
    return statement;
  }

  /** Is it a write of which somebody wants to be told before? */
  #announces({ plan }: CompiledStatement): boolean {
    return plan.writes && this.#acting?.beforeWrite !== undefined;
  }

  async #announce(): Promise<void> {
    if (this.#acting !== undefined) await this.#kernel.transactions.announce(this.#owner, this.#acting);
  }

  #execute(statement: CompiledStatement, params: unknown): Promise<Outcome> {
    if (this.#announces(statement)) {
      return this.transaction(async () => {
        await this.#announce();
        return this.#runStatement(statement, params);
      });
    }
    return this.#runStatement(statement, params);
  }

  #runStatement({ plan, bind }: CompiledStatement, params: unknown): Promise<Outcome> {
    const values = bind(params, this.#owner);
    return this.#kernel.statement(plan, this.#owner, (runner) => runner.execute(plan, values, this.#owner), countRows);
  }
}

function countRows({ rows, changes }: { rows: readonly Row[]; changes: number }): number {
  return rows.length > 0 ? rows.length : changes;
}

/** A handle that reaches one user's rows and nothing else. Made by `database.forUser`. */
export class UserHandle extends Handle<'tenant'> {
  /** Whose rows it reaches. */
  readonly userId: UserId;
  /** Who uses it: the owner, or a person who acts for it. */
  readonly actor: UserId;
  readonly isReadOnly: boolean;
  /** The request that it is for, where somebody acts for the owner. */
  readonly requestId: string | null;

  constructor(kernel: Kernel, userId: UserId, acting?: Acting) {
    super(kernel, 'tenant', userId, acting);
    this.userId = userId;
    this.actor = acting?.actor ?? userId;
    this.isReadOnly = acting?.readOnly ?? false;
    this.requestId = acting?.requestId ?? null;
  }
}

/** The handle without a user, for what concerns the whole database. Made by `database.system`. */
export class SystemHandle extends Handle<'system'> {
  constructor(kernel: Kernel) {
    super(kernel, 'system', undefined);
  }
}
