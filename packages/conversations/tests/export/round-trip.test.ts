import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { type ConversationExport, Conversations, demoExportPath } from '../../src/index.ts';
import * as wholeExports from '../import/whole-exports.ts';

async function textOf({ chunks }: ConversationExport): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all).toString();
}

/** Branches, parts, answers that are still written or were cut off, repeated requests, odd metadata, every status. */
async function fill(chats: Conversations): Promise<void> {
  await chats.importConversations(demoExportPath());
  // With all that other programs say of a message, and nothing here has a place for.
  const others = Object.values(wholeExports).map((make) => JSON.stringify(make()));
  expect(await chats.importConversations([others.join('\n')])).toMatchObject({ failed: 0, detailsLeftOut: 0 });
  const { id } = await chats.createConversation({
    title: 'Ünïcode 🏨',
    source: 'web',
    isHidden: true,
    expiresAt: new Date('2099-01-01T00:00:00.001Z'),
    metadata: { zebra: 1, ant: { b: 1.5, a: [{ d: null, c: false }] }, '2': 'two', '': 'empty', ['__proto__']: 'odd' },
  });
  const question = await chats.saveUserMessage({ conversationId: id, content: 'a', requestId: 'r1' });
  for (const requestPart of [0, 3]) {
    await chats.saveToolMessage({
      conversationId: id,
      content: `{"part":${requestPart}}`,
      requestId: 'r1',
      requestPart,
      parts: [{ type: 'tool-result', toolName: 'clock', toolCallId: 'c1', isError: true }],
    });
  }
  await chats.saveAssistantMessage({
    conversationId: id,
    content: 'b',
    parentId: question.id,
    parts: [
      { type: 'reasoning', text: 'why' },
      { type: 'tool-call', toolName: 'clock', toolCallId: 'c1', input: { zone: ['UTC', 1e-7, -0.5] } },
      { type: 'attachment', name: 'a.png', sizeBytes: 3 },
    ],
    metadata: { source: 'web', modelName: 'm', tokens: 5, latencyMs: 7, more: { z: 1, a: 2 } },
  });
  await chats.saveAssistantMessage({ conversationId: id, content: 'c', status: 'aborted' });
  await chats.saveAssistantMessage({ conversationId: id, content: '', status: 'partial', requestId: 'r2' });
  await chats.renameConversation(id, 'Again');
  const closed = await chats.createConversation({ title: null });
  await chats.saveSystemMessage({ conversationId: closed.id, content: '\u2028 `' });
  await chats.closeConversation(closed.id);
  await chats.createConversation();
}

describeEngines('an export that is imported elsewhere', (context) => {
  it('is exported there as the same bytes, one by one and all together', async () => {
    const from = new Conversations(await context.open(), 'ada');
    await fill(from);
    const all = await textOf(from.exportConversations({ format: 'json' }));
    const lines = await textOf(from.exportConversations({ format: 'ndjson' }));
    const documents = (JSON.parse(all) as { items: { conversation: { id: string }; messages: unknown[] }[] }).items;
    const messages = documents.reduce((sum, document) => sum + document.messages.length, 0);
    const restored = await context.open();
    for (const [user, text] of [
      ['bob', all],
      ['eve', lines],
    ] as const) {
      const to = new Conversations(restored, user);
      expect(await to.importConversations([text])).toMatchObject({
        created: { conversations: documents.length, messages },
        failed: 0,
      });
      expect(await textOf(to.exportConversations({ format: 'json' }))).toBe(all);
      expect(await textOf(to.exportConversations({ format: 'ndjson' }))).toBe(lines);
      expect(await to.importConversations([text], { format: 'keelson' })).toMatchObject({
        created: { conversations: 0, messages: 0 },
        duplicates: messages,
      });
    }
    for (const document of documents) {
      const { id } = document.conversation;
      const text = await textOf(await from.exportConversation(id, { format: 'json' }));
      expect(text).toBe(`${JSON.stringify(await from.exportConversation(id))}\n`);
      expect(JSON.parse(text)).toEqual(document);
    }
    // It goes on there as it would have gone on here: the number after the last, and no message twice for a request.
    const there = new Conversations(restored, 'bob');
    const { items } = await there.listConversations({ includeHidden: true });
    const again = items.find(({ title }) => title === 'Again');
    const conversationId = again?.id ?? '';
    const { messageCount } = await there.getConversation(conversationId);
    expect((await there.saveUserMessage({ conversationId, content: 'a', requestId: 'r1' })).seq).toBe(1);
    expect((await there.saveUserMessage({ conversationId, content: 'next' })).seq).toBe(messageCount + 1);
  });

  it('adds to a conversation that is there already only what it lacks, after what came there', async () => {
    const database = await context.open();
    const from = new Conversations(database, 'ada');
    const to = new Conversations(database, 'bob');
    const { id } = await from.createConversation({ title: 'Tea' });
    await from.saveUserMessage({ conversationId: id, content: 'a' });
    await to.importConversations([JSON.stringify(await from.exportConversation(id))]);
    await to.saveUserMessage({ conversationId: id, content: 'mine' });
    await from.saveAssistantMessage({ conversationId: id, content: 'b' });
    const longer = [JSON.stringify(await from.exportConversation(id))];
    expect(await to.importConversations(longer)).toMatchObject({
      created: { conversations: 0, messages: 1 },
      duplicates: 1,
    });
    const messages = await to.getLastNMessages(id, 10);
    expect(messages.map(({ seq, content }) => `${seq} ${content}`)).toEqual(['1 a', '2 mine', '3 b']);
    expect(messages[2]?.parentId).toBe(messages[0]?.id);
    await to.deleteConversation(id);
    await from.saveUserMessage({ conversationId: id, content: 'c' });
    const report = await to.importConversations([JSON.stringify(await from.exportConversation(id))]);
    expect(report).toMatchObject({ failed: 1, errors: [{ code: 'DELETED_HERE' }] });
  });

  it('is refused when it was cut or changed so that it is not whole', async () => {
    const chats = new Conversations(await context.open(), 'ada');
    const { id } = await chats.createConversation();
    for (const content of ['a', 'b', 'c']) await chats.saveUserMessage({ conversationId: id, content });
    const document = await chats.exportConversation(id);
    const { conversation, messages } = document;
    const wrong: readonly (readonly [string, object])[] = [
      ['2 messages and should have 3', { ...document, messages: messages.slice(1) }],
      [
        'follows none',
        { ...document, messages: messages.map((each, n) => (n === 1 ? { ...each, parentId: id } : each)) },
      ],
      ['out of order', { ...document, messages: messages.toReversed().map((each) => ({ ...each, parentId: null })) }],
      [
        'another conversation',
        { ...document, messages: messages.map((each) => ({ ...each, conversationId: each.id })) },
      ],
      ['active leaf', { ...document, conversation: { ...conversation, activeLeafId: id } }],
      ['conversation.createdAt', { ...document, conversation: { ...conversation, createdAt: 'yesterday' } }],
      ['messages.0', { ...document, messages: messages.map((each) => ({ ...each, colour: 'red' })) }],
      ['format', { ...document, format: 'keelson.conversation/2' }],
    ];
    const other = new Conversations(await context.open(), 'bob');
    const file = [...wrong.map(([, each]) => each), document].map((each) => JSON.stringify(each)).join('\n');
    const report = await other.importConversations([file]);
    expect(report).toMatchObject({ created: { conversations: 1, messages: 3 }, failed: wrong.length });
    for (const [n, [message]] of wrong.entries()) expect(report.errors[n]?.message).toContain(message);
  });
});
