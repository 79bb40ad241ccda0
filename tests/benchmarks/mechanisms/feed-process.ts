/** `feed-process.ts URL`: a consumer of changes; at the end it says when it was given which. */
import { once } from 'node:events';
import process from 'node:process';
import { openDatabase } from '@keelson/db-core';
import { clock } from './other-process.ts';

const [url = ''] = process.argv.slice(2);
const stop = new AbortController();
const stopped = once(process, 'SIGTERM').then(() => stop.abort());
await using database = openDatabase({ url, env: {} });
const seen: [key: string, at: number][] = [];
const consuming = database.changes.consume(
  'benchmark',
  async (changes) => {
    const at = clock();
    for (const { key } of changes) seen.push([key, at]);
    if (seen.length === changes.length) process.stdout.write('ready\n');
  },
  { signal: stop.signal },
);
await Promise.all([stopped, consuming]);
process.stdout.write(`${JSON.stringify(seen)}\n`);
