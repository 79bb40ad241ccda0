import { openDatabase } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { Conversations, demoExportPath } from '../../src/index.ts';
import { textOf } from '../cold/everything.ts';
import { Interrupted } from '../interrupted.ts';

const CHAT = 'c0ffee00-0000-4000-8000-000000000000';

/** A chat of ChatGPT, whose messages have ids that are kept. */
function chatgpt(length: number): string {
  const ids = Array.from({ length }, (_, index) => `c0ffee00-0000-4000-8000-00000000000${index + 1}`);
  const nodes = ids.map((id, index) => ({
    id,
    parent: ids[index - 1] ?? null,
    children: ids.slice(index + 1, index + 2),
    message: {
      id,
      author: { role: index % 2 === 0 ? 'user' : 'assistant' },
      create_time: 1_749_621_600 + index,
      content: { content_type: 'text', parts: [`${index + 1}`] },
    },
  }));
  const mapping = Object.fromEntries(nodes.map((node) => [node.id, node]));
  return JSON.stringify([{ id: CHAT, title: 'moving', create_time: 1_749_621_600, current_node: ids.at(-1), mapping }]);
}

describeEngines('several imports of the same at once', (context) => {
  it('bring it once, and none of them fails', async () => {
    const url = await context.url();
    await using one = openDatabase({ url, env: {} });
    await using other = openDatabase({ url, env: {} });
    const source = new Conversations(one, 'eve');
    await source.importConversations(demoExportPath());
    const exported = await textOf(source.exportConversations({ format: 'json' }));
    for (let turn = 0; turn < 3; turn += 1) {
      for (const file of [[exported], demoExportPath()]) {
        const user = `${turn} ${typeof file}`;
        const reports = await Promise.all(
          [one, other, one, other].map((database) => new Conversations(database, user).importConversations(file)),
        );
        expect(reports.map(({ errors }) => errors)).toEqual([[], [], [], []]);
        expect(reports.reduce((sum, { created }) => sum + created.messages, 0)).toBe(28);
      }
    }
  });
});

describeEngines('an import of what is in cold storage, or goes there meanwhile', (context) => {
  it('adds what is new, and nothing twice, wherever the two meet', async () => {
    const database = await context.open();
    const exported = async (length: number): Promise<string> => {
      const source = new Conversations(database, 'eve');
      await source.importConversations([chatgpt(length)]);
      return JSON.stringify(await source.exportConversation(CHAT));
    };
    const files = { chatgpt: [chatgpt(2), chatgpt(3)], keelson: [await exported(2), await exported(3)] } as const;
    for (const [name, [shorter, longer]] of Object.entries(files)) {
      for (const isColdFirst of [false, true]) {
        let statements = 1;
        for (let at = 0; at < statements; at += 1) {
          for (const back of [at + 1, 1_000]) {
            const user = `${name} ${isColdFirst} ${at} ${back}`;
            const mover = new Conversations(database, user);
            await mover.importConversations([shorter]);
            await (isColdFirst ? mover.freezeConversation(CHAT) : mover.thawConversation(CHAT));
            const interrupted = new Interrupted(database, { outside: true, userId: user });
            interrupted.before = new Map([
              [at, () => mover.freezeConversation(CHAT)],
              [back, () => mover.thawConversation(CHAT)],
            ]);
            const chats = new Conversations(database, interrupted.user);
            expect(await chats.importConversations([longer]), user).toMatchObject({
              created: { conversations: 0, messages: 1 },
              duplicates: 2,
              errors: [],
            });
            statements = interrupted.statements;
            await mover.thawConversation(CHAT);
            const { items } = await mover.getMessages({ conversationId: CHAT });
            expect(
              items.map(({ content, seq }) => [seq, content]),
              user,
            ).toEqual([
              [1, '1'],
              [2, '2'],
              [3, '3'],
            ]);
            expect(await mover.importConversations([longer])).toMatchObject({
              created: { messages: 0 },
              duplicates: 3,
            });
          }
        }
      }
    }
  });
});
