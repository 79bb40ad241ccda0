import {
  type Buildable,
  type Database,
  defineQuery,
  defineSystemQuery,
  type Query,
  type QueryBuilder,
} from '@keelson/db-core';
import type { EngineContext } from '@keelson/db-core/testing';
import type { QueryCreator } from 'kysely';
import { rowFactories, ROWS } from './rows.ts';
import type { Wall } from './walls.ts';

/** The builder for tables whose names are only known at run time. */
export type AnyBuilder = QueryCreator<Record<string, Record<string, unknown>>>;

export function anyQuery(name: string, build: (db: AnyBuilder) => unknown): Query<void, Record<string, unknown>> {
  return defineQuery(name, ((db: QueryBuilder<never>) => build(db as never) as Buildable<unknown>) as never);
}

/** The same rows, with the same ids, for each of the users. */
export async function fill(
  database: Database,
  users: readonly string[],
  { isGuarded }: Pick<Wall, 'isGuarded'> = { isGuarded: true },
): Promise<void> {
  for (const user of users) {
    for (const [table, row] of rowFactories) {
      // Triggers have made some already; those of search have ids that are others in every database.
      if (table === 'search_marks' || table === 'conversation_branches')
        await database.forUser(user).run(anyQuery(`empty ${table}`, (db) => db.deleteFrom(table)));
      const rows = Array.from({ length: ROWS }, (_, number) => ({
        ...row(number),
        ...(isGuarded ? {} : { user_id: user }),
      }));
      await database.forUser(user).run(anyQuery(`fill ${table}`, (db) => db.insertInto(table).values(rows as never)));
    }
  }
}

/** What is stored for a user, read past the guard. */
export async function stored(context: EngineContext, database: Database, user: string): Promise<string> {
  const raw = context.raw(database.config.target.url);
  const tables: Record<string, unknown> = {};
  for (const table of rowFactories.keys()) {
    const rows = await raw.query(`SELECT * FROM ${table} WHERE user_id = $1 ORDER BY id`, [user]);
    if (rows.length === 0) throw new Error(`There is nothing of ${user} in ${table} to be kept apart.`);
    tables[table] = rows;
  }
  return JSON.stringify(tables);
}

/** What is stored for a user as the current transaction sees it, its own changes included: by the handle that sees all. */
export async function storedInside(database: Database, user: string): Promise<string> {
  const tables: Record<string, unknown> = {};
  for (const table of rowFactories.keys())
    tables[table] = await database.system('look at all').all(storedIn(table), { user });
  return JSON.stringify(tables);
}

const storedQueries = new Map<string, ReturnType<typeof defineStored>>();

function storedIn(table: string): ReturnType<typeof defineStored> {
  const known = storedQueries.get(table) ?? defineStored(table);
  storedQueries.set(table, known);
  return known;
}

function defineStored(table: string): Query<{ user: string }, Record<string, unknown>, 'system'> {
  return defineSystemQuery(`stored in ${table}`, ((db: never, { user }: { user: string }) =>
    (db as AnyBuilder).selectFrom(table).selectAll().where('user_id', '=', user).orderBy('id')) as never);
}

/** Rows in an order that doesn't depend on the query's. */
export function sorted(rows: readonly unknown[]): string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}
