import Sqlite from 'better-sqlite3';

/** A connection with the settings that Keelson's own have, so that nobody wins by promising less. */
export function openSqlite(path: string): Sqlite.Database {
  const database = new Sqlite(path, { fileMustExist: true });
  configureSqlite(database);
  return database;
}

export function configureSqlite(database: Sqlite.Database): void {
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = NORMAL');
  database.pragma('foreign_keys = ON');
  database.pragma('recursive_triggers = ON');
  database.pragma('secure_delete = ON');
  database.pragma('trusted_schema = OFF');
  database.pragma('temp_store = MEMORY');
  database.pragma('cache_size = -16384');
  database.pragma('journal_size_limit = 67108864');
  database.pragma('case_sensitive_like = ON');
}
