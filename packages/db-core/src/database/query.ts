import type { Compilable, DeleteResult, InsertResult, QueryCreator, RootOperationNode, UpdateResult } from 'kysely';
import type { SystemDatabase, TenantDatabase } from '../schema/types.ts';

/** Kysely's methods that begin a query. What they give is only built here; it runs through a handle. */
export type QueryBuilder<Tables> = Pick<
  QueryCreator<Tables>,
  'selectFrom' | 'selectNoFrom' | 'insertInto' | 'updateTable' | 'deleteFrom' | 'with' | 'withRecursive'
>;

/** Anything that Kysely can build: a select, insert, update or delete. */
export type Buildable<Output> = Compilable<Output> & { toOperationNode(): RootOperationNode };

/** The rows that a built query gives; a write without RETURNING gives none. */
export type RowOf<Output> = Output extends InsertResult | UpdateResult | DeleteResult ? never : Output;

/**
 * A query as a value: built and guarded once for each engine, then run with new parameters. Made by {@link defineQuery}.
 * `access` tells which handles run it.
 */
export class Query<Params, Row, Access extends 'tenant' | 'system' = 'tenant'> {
  readonly name: string;
  readonly access: Access;
  /** Builds the query's tree; the kernel calls it, with stand-ins for the parameters. */
  readonly build: (builder: never, params: Params) => Buildable<unknown>;
  /** Never there; it carries the row's type. */
  declare readonly row: Row;

  constructor(name: string, access: Access, build: (builder: never, params: Params) => Buildable<unknown>) {
    this.name = name;
    this.access = access;
    this.build = build;
  }
}

const defined = new Map<string, Query<never, unknown, 'tenant' | 'system'>>();

/** Every query that this process has defined, by its name; of two that share one, the later. */
export function definedQueries(): ReadonlyMap<string, Query<never, unknown, 'tenant' | 'system'>> {
  return defined;
}

function enter<Params, Row, Access extends 'tenant' | 'system'>(
  query: Query<Params, Row, Access>,
): Query<Params, Row, Access> {
  defined.set(query.name, query);
  return query;
}

/** A query without parameters that is built where it's run. */
export type DynamicQuery<Tables, Output> = (db: QueryBuilder<Tables>) => Buildable<Output>;

/**
 * Defines a query on the tables of the domains. The second argument of `build` stands for the parameters: use its
 * properties as values, also as a list after `in`. The handle that runs the query narrows it to its user's rows, and
 * inserts never name `user_id`.
 *
 * @example
 * ```ts
 * const findById = defineQuery('conversations.findById', (db, p: { id: string }) =>
 *   db.selectFrom('conversations').select(['id', 'title']).where('id', '=', p.id),
 * );
 * const row = await database.forUser('ada').first(findById, { id });
 * ```
 */
export function defineQuery<Output, Params = void>(
  name: string,
  build: (db: QueryBuilder<TenantDatabase>, params: Params) => Buildable<Output>,
): Query<Params, RowOf<Output>> {
  return enter(new Query(name, 'tenant', build));
}

/** Defines a query on all tables, for the system handle only: nothing narrows it, and inserts name `user_id` themselves. */
export function defineSystemQuery<Output, Params = void>(
  name: string,
  build: (db: QueryBuilder<SystemDatabase>, params: Params) => Buildable<Output>,
): Query<Params, RowOf<Output>, 'system'> {
  return enter(new Query(name, 'system', build));
}
