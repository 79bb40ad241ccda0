import { Cache } from './cache/cache.ts';
import { Changes } from './changes/feed.ts';
import { refuseBreaking } from './operations/breaking.ts';
import { createDatabase, type Database, type OpenOptions } from './database/database.ts';
import { backupDatabase } from './operations/backup/backup.ts';
import { verifyBackup } from './operations/backup/verify.ts';

/**
 * Opens the one database: a SQLite file or PostgreSQL, as the configuration says. It connects at the first use.
 *
 * @throws ConfigurationError naming every fault of the settings
 * @example
 * ```ts
 * const database = openDatabase({ url: 'sqlite:///data/keelson.db' });
 * const rows = await database.forUser('ada').all((db) => db.selectFrom('conversations').select('title'));
 * await database.close();
 * ```
 */
export function openDatabase(options: OpenOptions = {}): Database {
  const database: Database = createDatabase(
    { backup: () => backUpBeforeMigrations(database), ...options },
    {
      changes: (kernel) => new Changes(kernel),
      cache: (kernel, changes) => new Cache(kernel, changes),
      refuseBreaking: (kernel, names, direction) => refuseBreaking(kernel.engine, names, direction),
    },
  );
  return database;
}

/** To the configured folder, and read back: what can't be restored is no reason to go on. */
async function backUpBeforeMigrations(database: Database): Promise<void> {
  const { file } = await backupDatabase(database);
  await verifyBackup(file, { secretKeys: database.config.secretKeys });
}
