/**
 * `writing-process.ts URL CONVERSATION SEED NAME`: writes until it is killed, and prints each thing that is stored when its
 * promise is fulfilled: `message ID`, or `group NAME`. `begun NAME` and `ended NAME` tell when a group is under way.
 */
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Conversations } from '@keelson/conversations';
import { openDatabase } from '@keelson/db-core';
import { ready, say } from '../support/script.ts';
import { seeded } from './seeded.ts';

const APPENDING = 2;
const GROUPING = 2;
/** It is killed long before that. */
const MOST_TURNS = 100_000;

const [url = '', conversationId = '', seed = '', name = ''] = process.argv.slice(2);
const random = seeded(Number(seed));
const database = openDatabase({ url, env: {} });
const chats = new Conversations(database, 'ada');
await chats.initialize();

async function append(): Promise<void> {
  const { id } = await chats.saveUserMessage({ conversationId, content: 'x'.repeat(Math.floor(random() * 5_000)) });
  say(`message ${id}`);
}

/** Two conversations that belong together, with two messages each. The pauses are where it is likely to be killed. */
async function writeGroup(group: string): Promise<void> {
  say(`begun ${group}`);
  await database.transaction('ada', async () => {
    for (const part of ['first', 'second']) {
      const { id } = await chats.createConversation({ title: `${group} ${part}` });
      for (const content of ['one', 'two']) {
        await chats.saveUserMessage({ conversationId: id, content });
        await sleep(random() * 3);
      }
    }
  });
  say(`group ${group}`);
}

async function repeat(work: (turn: number) => Promise<void>): Promise<void> {
  for (let turn = 0; turn < MOST_TURNS; turn += 1) await work(turn);
}

ready();
await Promise.all([
  ...Array.from({ length: APPENDING }, () => repeat(append)),
  ...Array.from({ length: GROUPING }, (_, writer) => repeat((turn) => writeGroup(`${name}-${writer}-${turn}`))),
]);
