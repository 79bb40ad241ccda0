import process from 'node:process';
import { openDatabase } from '@keelson/db-core';

/** `pnpm test:faults` takes the time that the defaults take; within `pnpm test` the same happens faster. */
export const isLong = process.env['KEELSON_FAULTS'] === 'long';

/** Settings of the short form; the long form has the defaults. */
export const breakerSettings: Readonly<Record<string, string>> = isLong ? {} : { DATABASE_BREAKER_RESET: '0.5' };

/** How long an open circuit stays open, in milliseconds. */
export const resetMs: number = isLong ? 30_000 : 500;

/** Repetitions and lengths, where longer shows more. */
export const times = isLong ? 10 : 1;

/** Makes the tables of a database that others open after this. */
export async function migrate(...[options]: Parameters<typeof openDatabase>): Promise<void> {
  await using database = openDatabase(options);
  await database.initialize();
}
