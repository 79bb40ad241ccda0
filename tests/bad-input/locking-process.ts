/** `locking-process.ts PATH shared|alone`: keeps a SQLite file locked against writers, or against everybody, until it is ended. */
import process from 'node:process';
import Sqlite from 'better-sqlite3';
import { ready } from '../support/script.ts';

const [path = '', how = ''] = process.argv.slice(2);
const database = new Sqlite(path);
if (how === 'alone') database.pragma('locking_mode = EXCLUSIVE');
database.exec('BEGIN EXCLUSIVE');
ready();
setTimeout(() => undefined, 60_000);
process.once('SIGTERM', () => {
  database.exec('ROLLBACK');
  database.close();
  process.exit(0);
});
