/** `reading-process.ts URL USER REDIS`: reads through the cache until it is stopped, then tells what it has that is old. */
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '@keelson/db-core';
import { say } from '../support/script.ts';
import { staleAnswers, readAtRandom } from './readers.ts';

const [url = '', userId = '', redis = '', seed = ''] = process.argv.slice(2);
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
const states: string[] = [];
await using database = openDatabase({
  url,
  env: { CACHE_REDIS_URL: redis, CACHE_HOT_BYTES: '65536' },
  onEvent: (event) => {
    if (event.type === 'cache-store') states.push(event.state === 'paused' ? event.error.message : event.state);
  },
});
say('ready');
await readAtRandom(database, { userId, seed: Number(seed), signal: stop.signal });
await sleep(500);
say({ stale: await staleAnswers(database, userId), figures: database.cache.figures(), states });
