/** `hot-process.ts URL`: writes in transactions of some 3 ms, one right after the other, until it is told to stop. */
import process from 'node:process';
import { newId, openDatabase } from '@keelson/db-core';
import { say, spin } from '../support/script.ts';
import { insertConversation } from './queries.ts';

const MOST_MS = 60_000;
const TRANSACTION_MS = 3;

const [url = ''] = process.argv.slice(2);
const database = openDatabase({ url, env: {} });
await database.initialize();
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
const started = performance.now();
let count = 0;
while (!stop.signal.aborted && performance.now() - started < MOST_MS) {
  await database.transaction('hot', async (user) => {
    await user.run(insertConversation, { id: newId(), now: new Date() });
    spin(TRANSACTION_MS);
  });
  count += 1;
  if (count === 20) say('hot');
}
await database.close();
say({ count, ms: performance.now() - started });
