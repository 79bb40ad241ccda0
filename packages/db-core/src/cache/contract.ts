import type { UserHandle } from '../database/handle.ts';
import type { TenantDatabase } from '../schema/types.ts';

/** A table whose changes are in the change feed. */
export type CachedTable = keyof TenantDatabase;

/** What an answer was read from: one row of the user, or whichever rows of the table are the user's. */
export interface CacheDependency {
  readonly table: CachedTable;
  /** The row's id. Default: any of the user's rows. */
  readonly key?: string | undefined;
}

/** What a query depends on and how it is read; see `defineCached`. */
export interface CachedQueryOptions<Params, Result> {
  /**
   * Everything that {@link load} reads. An answer is dropped when one of these changes, and by nothing else: a table that is
   * left out leaves old answers standing.
   */
  readonly dependsOn: (params: Params) => readonly CacheDependency[];
  /**
   * Reads the answer from the database: plain objects, arrays, `Date`, `Uint8Array` and simple values. It may be shared by
   * several callers of the same user, so it uses nothing but the handle and the parameters.
   */
  readonly load: (user: UserHandle, params: Params) => Promise<Result>;
  /** Is `undefined` an answer worth keeping? Default: false. */
  readonly keepMissing?: boolean;
  /**
   * For how long an answer that is out of date is still given when the database can't be reached. Default: 0, never. What
   * depends on a row that was deleted is never given.
   */
  readonly staleOnErrorMs?: number;
  /** Raise it when what {@link load} gives gets another shape: processes of both versions may share a warm tier. Default: 1. */
  readonly version?: number;
}

export interface CachedQuery<Params, Result> extends Required<CachedQueryOptions<Params, Result>> {
  readonly name: string;
}

export interface CacheGetOptions {
  /** Ends the waiting of this caller; what others wait for goes on. */
  readonly signal?: AbortSignal | undefined;
}

/** Since the database was opened. */
export interface CacheFigures {
  readonly hits: { readonly hot: number; readonly warm: number };
  readonly misses: number;
  /** Hits by hits and misses; 0 before the first. */
  readonly hitRate: number;
  /** Answers that were read from the database, and those that failed. Callers that wait for the same one count once. */
  readonly loads: number;
  readonly loadErrors: number;
  /** Reads that went past the cache because it couldn't be known whether what it has is still so. Misses, too. */
  readonly bypasses: number;
  /** Old answers given because the database couldn't be reached. */
  readonly stale: number;
  /** Answers that were dropped because something changed. */
  readonly invalidations: number;
  /** Answers that were dropped to make room, and such that were too large to be kept. */
  readonly evictions: number;
  readonly tooLarge: number;
  readonly entries: { readonly hot: number; readonly warm: number };
  /** As estimated; the warm tier in memory only. */
  readonly bytes: { readonly hot: number; readonly warm: number };
}

/**
 * Keeps what was read, for each user apart, until it changes. Reached as `database.cache`.
 *
 * A read after a write of this process gives what was written. What other processes write is seen within about 20 ms, and
 * within 3 seconds where the database can't be asked; then nothing that is kept is given any more, save what the query
 * allows by `staleOnErrorMs`. Inside a transaction the database is always asked.
 */
export interface QueryCache {
  /**
   * The answer, a copy that is the caller's own.
   *
   * @throws whatever the query's `load` throws; ValidationError when parameters or answer aren't plain data
   * @example
   * ```ts
   * const titles = defineCached('acme.titles', {
   *   dependsOn: () => [{ table: 'conversations' }],
   *   load: (user) => user.all((db) => db.selectFrom('conversations').select(['id', 'title'])),
   * });
   * const mine = await database.cache.get(database.forUser('ada'), titles);
   * ```
   */
  get<Params, Result>(
    user: UserHandle,
    query: CachedQuery<Params, Result>,
    ...rest: CacheArguments<Params>
  ): Promise<Result>;
  /** Forgets all that this process keeps; what processes share stays. */
  clear(): void;
  figures(): CacheFigures;
  /** Called by `database.close()`. */
  close(): Promise<void>;
}

/** A query without parameters needs none, unless there are options after them. */
export type CacheArguments<Params> = [Params] extends [void]
  ? [params?: undefined, options?: CacheGetOptions]
  : [params: Params, options?: CacheGetOptions];
