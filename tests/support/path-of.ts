import { loadDatabaseConfig } from '@keelson/db-core';

/** The file of a SQLite database. */
export function pathOf(url: string): string {
  const { target } = loadDatabaseConfig({ url, env: {} });
  if (target.engine !== 'sqlite') throw new Error('Only SQLite keeps a database in one file.');
  return target.path;
}
