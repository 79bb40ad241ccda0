import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { backupDatabase, openDatabase } from '@keelson/db-core';
import Sqlite from 'better-sqlite3';
import { conversation, legacyFile } from '../adopt/legacy-file.ts';
import { fill } from '../backup/content.ts';

/** What a path may lead to instead of what was meant. */
export type WrongFile =
  | 'missing'
  | 'folder'
  | 'empty'
  | 'text'
  | 'foreign database'
  | 'old database'
  | 'own database'
  | 'newer database'
  | 'backup'
  | 'damaged backup';

/** One of each, in a folder. */
export async function makeWrongFiles(folder: string): Promise<Readonly<Record<WrongFile, string>>> {
  const path = (name: string): string => join(folder, name);
  mkdirSync(path('folder'));
  writeFileSync(path('empty'), '');
  writeFileSync(path('text'), 'Dear diary, this is text that goes on for longer than the header of a file. '.repeat(9));
  const foreign = new Sqlite(path('foreign.db'));
  foreign.exec('CREATE TABLE products (sku TEXT, price REAL); INSERT INTO products VALUES (1, 2)');
  foreign.close();
  await using own = openDatabase({ url: `sqlite:///${path('own.db')}`, env: {} });
  await own.initialize();
  await fill(own, 1);
  const { file: backup } = await backupDatabase(own, { folder: path('backups') });
  await own.close();
  copyFileSync(path('own.db'), path('newer.db'));
  const newer = new Sqlite(path('newer.db'));
  newer.exec(`
    INSERT INTO schema_migrations
    SELECT '9000_later', position + 1000, checksum, engine, state, applied_at, duration_ms, '99.0.0' FROM schema_migrations WHERE name LIKE '0001%'`);
  newer.pragma('wal_checkpoint(TRUNCATE)');
  newer.close();
  copyFileSync(backup, path('damaged.keelson'));
  truncateSync(path('damaged.keelson'), Math.floor(statSync(backup).size / 2));
  return {
    missing: path('missing'),
    folder: path('folder'),
    empty: path('empty'),
    text: path('text'),
    'foreign database': path('foreign.db'),
    'old database': legacyFile({ conversations: [conversation(1)] }, 'old.db', folder),
    'own database': path('own.db'),
    'newer database': path('newer.db'),
    backup,
    'damaged backup': path('damaged.keelson'),
  };
}

/** Every file below a folder with what is in it. */
export function contentsOf(folder: string): Readonly<Record<string, string>> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(
    files.map((file) => {
      const path = join(folder, file);
      return [file, statSync(path).isDirectory() ? 'a folder' : readFileSync(path).toString('base64')];
    }),
  );
}
