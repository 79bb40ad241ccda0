import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { Conversations, demoExportPath } from '../src/index.ts';

describeEngines('exporting', (context) => {
  it('gives every message, whole and in order, with plain JSON values', async () => {
    const chats = new Conversations(await context.open(), 'ada');
    const { id } = await chats.createConversation({
      title: 'Ünïcode 🏨',
      metadata: { zebra: 1, ant: { b: 1, a: [{ d: 1, c: 2 }] } },
    });
    for (let n = 1; n <= 1_203; n += 1)
      await chats.saveUserMessage({ conversationId: id, content: `${n}`, requestId: `r${n}` });
    const document = await chats.exportConversation(id);
    expect(document.format).toBe('keelson.conversation/1');
    expect(document.messages.map(({ seq, content }) => `${seq}/${content}`)).toEqual(
      Array.from({ length: 1_203 }, (_, n) => `${n + 1}/${n + 1}`),
    );
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
    // Where the messages lie is not part of what was said.
    const { isCold: _, ...conversation } = await chats.getConversation(id);
    expect(document.conversation).toEqual(JSON.parse(JSON.stringify(conversation)));
  });

  it('gives the same text each time, whatever order an engine keeps members in', async () => {
    const chats = new Conversations(await context.open(), 'ada');
    await chats.importConversations(demoExportPath());
    const { items } = await chats.listConversations({ status: ['ACTIVE', 'ARCHIVED'] });
    const texts = await Promise.all(
      items.map(async ({ id }) => JSON.stringify((await chats.exportConversation(id)).messages)),
    );
    const again = await Promise.all(
      items.map(async ({ id }) => JSON.stringify((await chats.exportConversation(id)).messages)),
    );
    expect(again).toEqual(texts);
    const { id } = await chats.createConversation({ metadata: { b: 1, aa: 2, a: { z: 1, yy: 2 } } });
    expect(JSON.stringify((await chats.exportConversation(id)).conversation.metadata)).toBe(
      '{"a":{"yy":2,"z":1},"aa":2,"b":1}',
    );
  });
});
