import type { Database } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { initializeDatabase, placeOf } from '../database.ts';

/** What was done to have a database that is up to date. */
export interface Prepared {
  readonly engine: 'sqlite' | 'postgres';
  readonly database: string;
  /** No migration had ever run. */
  readonly created: boolean;
  /** Those that ran now. */
  readonly migrations: readonly string[];
}

/** Makes and migrates the database, if need be. */
export async function prepareDatabase(context: Context, database: Database): Promise<Prepared> {
  const { fresh } = await database.migrations.status();
  const { done } = await database.migrations.migrate();
  await initializeDatabase(context, database);
  return { ...placeOf(context.config.database), created: fresh, migrations: done.map(({ name }) => name) };
}
