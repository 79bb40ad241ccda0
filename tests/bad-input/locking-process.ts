/** `locking-process.ts URL`: keeps the lock that writers need until it is told to stop. */
import { once } from 'node:events';
import process from 'node:process';
import { openDatabase } from '@keelson/db-core';
import { ready } from '../support/script.ts';

const [url = ''] = process.argv.slice(2);
await using database = openDatabase({ url, env: {} });
await database.transaction('locker', async (user) => {
  await user.all((db) => db.selectFrom('conversations').select('id'));
  // Only a timer keeps the process alive.
  const timer = setTimeout(() => undefined, 60_000);
  const stopped = once(process, 'SIGTERM');
  ready();
  await stopped;
  clearTimeout(timer);
});
