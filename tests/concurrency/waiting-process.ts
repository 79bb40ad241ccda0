/** `waiting-process.ts URL USER COUNT`: prints how long each of its transactions waited for the write lock, in milliseconds. */
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { newId, openDatabase } from '@keelson/db-core';
import { say } from '../support/script.ts';
import { insertConversation } from './queries.ts';

const WARM_UP = 10;

const [url = '', userId = '', count = ''] = process.argv.slice(2);
const database = openDatabase({ url, env: {} });
await database.initialize();
const waits: number[] = [];
for (let turn = 0; turn < WARM_UP + Number(count); turn += 1) {
  const asked = performance.now();
  let begun = asked;
  await database.transaction(userId, async (user) => {
    begun = performance.now();
    await user.run(insertConversation, { id: newId(), now: new Date() });
  });
  if (turn >= WARM_UP) waits.push(begun - asked);
  await sleep(Math.random() * 10);
}
await database.close();
say(waits);
