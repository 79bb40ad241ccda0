/** `moving-process.ts URL freeze|thaw ID…`: moves conversations into cold storage or out of it; says `begun ID` and `ended ID`. */
import process from 'node:process';
import { Conversations } from '@keelson/conversations';
import { openDatabase } from '@keelson/db-core';
import { ready, say } from '../support/script.ts';

const [url = '', direction = '', ...ids] = process.argv.slice(2);
const database = openDatabase({ url, env: {} });
const chats = new Conversations(database, 'ada');
await chats.initialize();
ready();
for (const id of ids) {
  say(`begun ${id}`);
  await (direction === 'freeze' ? chats.freezeConversation(id) : chats.thawConversation(id));
  say(`ended ${id}`);
}
say('done');
await database.close();
