import { join } from 'node:path';
import { Conversations, type Message } from '@keelson/conversations';
import { type Database, openDatabase } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { Child } from '../support/child.ts';
import { appendTogether } from './append-together.ts';

const WRITERS = 16;
const PROCESSES = 4;
const TURNS = 20;

async function allMessages(chats: Conversations, conversationId: string): Promise<Message[]> {
  const messages: Message[] = [];
  let cursor: string | null = null;
  do {
    const page = await chats.getMessages({ conversationId, limit: 100, ...(cursor === null ? {} : { cursor }) });
    messages.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return messages;
}

interface Found {
  readonly messages: readonly (readonly [seq: number, content: string])[];
  /** Does each message follow the one before, so that nobody wrote past somebody else? */
  readonly isChain: boolean;
  readonly count: number;
  readonly countByRole: Readonly<Record<string, number>>;
  readonly isLastMessageTheNewest: boolean;
}

async function look(database: Database, conversationId: string): Promise<Found> {
  const chats = new Conversations(database, 'ada');
  const messages = await allMessages(chats, conversationId);
  const { lastMessageAt, activeLeafId } = await chats.getConversation(conversationId);
  const newest = Math.max(...messages.map(({ createdAt }) => createdAt.getTime()));
  return {
    messages: messages.map(({ seq, content }) => [seq, content]),
    isChain: messages.every(({ parentId }, index) => parentId === (messages[index - 1]?.id ?? null)),
    count: await chats.getMessageCount(conversationId),
    countByRole: await chats.countByRole(conversationId),
    isLastMessageTheNewest: lastMessageAt?.getTime() === newest && activeLeafId === messages.at(-1)?.id,
  };
}

/** Everything that was saved, once, without a gap, and the conversation knows it. */
function complete(saved: readonly [number, string][]): Found {
  const count = WRITERS * TURNS;
  const contents = saved.toSorted(([a], [b]) => a - b).map(([, content]) => content);
  if (new Set(contents).size !== count) throw new Error('The writers did not say what each of them has saved.');
  return {
    messages: contents.map((content, index) => [index + 1, content]),
    isChain: true,
    count,
    countByRole: { system: 0, user: count / 2, assistant: count / 2, tool: 0 },
    isLastMessageTheNewest: true,
  };
}

describeEngines(`${WRITERS} writers on one conversation`, (context) => {
  it('number its messages without gap or double in one process', async () => {
    const database = await context.open();
    const chats = new Conversations(database, 'ada');
    const { id } = await chats.createConversation();
    const saved = await appendTogether(chats, { conversationId: id, writers: WRITERS, turns: TURNS, name: 'one' });
    expect(await look(database, id)).toEqual(complete(saved));
  });

  it(`number its messages without gap or double in ${PROCESSES} processes`, async () => {
    const url = await context.url();
    const database = openDatabase({ url, env: {} });
    try {
      const { id } = await new Conversations(database, 'ada').createConversation();
      const script = join(import.meta.dirname, 'append-process.ts');
      const children = Array.from({ length: PROCESSES }, (_, number) => {
        const each = [String(WRITERS / PROCESSES), String(TURNS), `process ${number}`];
        return new Child(script, [url, 'ada', id, ...each]);
      });
      const saved = await Promise.all(children.map((child) => child.result<[number, string][]>()));
      expect(await look(database, id)).toEqual(complete(saved.flat()));
    } finally {
      await database.close();
    }
  });
});
