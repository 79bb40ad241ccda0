/**
 * `appending-process.ts URL CONVERSATION NAME TURN`: appends one message after the other until SIGTERM, beginning with this
 * turn. Says `begun TURN` before each, and `saved TURN SEQ` when it is acknowledged.
 */
import process from 'node:process';
import { Conversations } from '@keelson/conversations';
import { openDatabase } from '@keelson/db-core';
import { ready, say } from '../support/script.ts';

const stopping = new AbortController();
process.once('SIGTERM', () => stopping.abort());

const [url = '', conversationId = '', name = '', first = ''] = process.argv.slice(2);
const database = openDatabase({ url, env: {} });
const chats = new Conversations(database, 'ada');
await chats.initialize();
ready();
for (let turn = Number(first); !stopping.signal.aborted; turn += 1) {
  say(`begun ${turn}`);
  const content = `${name} ${turn}`;
  const { seq } = await chats.saveUserMessage({ conversationId, content, requestId: content });
  say(`saved ${turn} ${seq}`);
}
await database.close();
