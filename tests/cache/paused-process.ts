/** `paused-process.ts URL REDIS ID MS`: reads a row through the cache, and stands still between reading it and keeping it. */
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { defineCached, openDatabase } from '@keelson/db-core';
import { say, spin } from '../support/script.ts';
import { allVersions, conversation, readConversation } from './queries.ts';

const [url = '', redis = '', id = '', ms = ''] = process.argv.slice(2);
const joined = new AbortController();
await using database = openDatabase({
  url,
  env: { CACHE_REDIS_URL: redis },
  onEvent: (event) => {
    if (event.type === 'cache-store' && event.state === 'joined') joined.abort();
  },
});
const ada = database.forUser('ada');
while (!joined.signal.aborted) {
  database.cache.clear();
  await database.cache.get(ada, allVersions);
  await sleep(20);
}
const paused = defineCached(conversation.name, {
  ...conversation,
  load: async (user, p: { id: string }) => {
    const row = await readConversation(user, p.id);
    say('has read');
    // Nor does it hear of anything meanwhile.
    spin(Number(ms));
    return row;
  },
});
const early = await database.cache.get(ada, paused, { id });
say(`gave ${early?.title}`);
await sleep(1000);
say(`now ${(await database.cache.get(ada, conversation, { id }))?.title}`);
