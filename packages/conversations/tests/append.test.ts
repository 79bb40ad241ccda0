import { ImmutableRowError, newId } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import {
  ConversationClosedError,
  ConversationNotFoundError,
  Conversations,
  type Message,
  MessageNotFoundError,
  RequestIdReusedError,
} from '../src/index.ts';

const WRITERS = 16;

describeEngines('saving messages', (context) => {
  async function setUp() {
    const database = await context.open();
    const chats = new Conversations(database, 'ada');
    const { id } = await chats.createConversation({ title: 'Chat' });
    return { database, chats, id };
  }

  const all = async (chats: Conversations, conversationId: string) =>
    (await chats.getMessages({ conversationId, limit: 500 })).items;
  const seqs = (messages: readonly Message[]) => messages.map(({ seq }) => seq);
  const upTo = (n: number) => Array.from({ length: n }, (_, index) => index + 1);

  it('gives back what a later read gives', async () => {
    const { chats, id } = await setUp();
    const saved = [
      await chats.saveSystemMessage({ conversationId: id, content: 'Be brief.' }),
      await chats.saveUserMessage({
        conversationId: id,
        content: 'Grüße, 東京 👩‍🚀 — "quoted" \\ and\nlines',
        requestId: 'r1',
        metadata: { source: 'web', locale: 'de' },
      }),
      await chats.saveAssistantMessage({
        conversationId: id,
        content: '',
        requestId: 'r1',
        parts: [
          {
            type: 'tool-call',
            toolName: 'weather',
            toolCallId: 'c1',
            input: { city: 'Tokyo', days: [1, 2.5, null], deep: { yes: true } },
          },
        ],
        metadata: { modelName: 'm-1', tokens: 12, latencyMs: 812.4 },
      }),
      await chats.saveToolMessage({
        conversationId: id,
        content: '21 °C',
        requestId: 'r1',
        parts: [{ type: 'tool-result', toolCallId: 'c1', output: 21 }],
      }),
    ];
    expect(await all(chats, id)).toEqual(saved);
    expect(saved.map(({ role, seq, parentId }) => [role, seq, parentId])).toEqual([
      ['system', 1, null],
      ['user', 2, saved[0]!.id],
      ['assistant', 3, saved[1]!.id],
      ['tool', 4, saved[2]!.id],
    ]);
    expect(saved[1]).toMatchObject({
      source: 'web',
      metadata: { source: 'web', locale: 'de' },
      requestId: 'r1',
      status: 'complete',
    });
    expect(saved[2]).toMatchObject({
      modelName: 'm-1',
      tokens: 12,
      latencyMs: 812,
      metadata: { modelName: 'm-1', tokens: 12, latencyMs: 812 },
    });
    expect(await chats.getConversation(id)).toMatchObject({
      messageCount: 4,
      activeLeafId: saved[3]!.id,
      lastMessageAt: saved[3]!.createdAt,
    });
    expect(await chats.countByRole(id)).toEqual({ system: 1, user: 1, assistant: 1, tool: 1 });
    expect(await chats.getMessageCount(id)).toBe(4);
  });

  it(`numbers them without gaps under ${WRITERS} concurrent writers`, async () => {
    const { chats, id } = await setUp();
    await Promise.all(
      upTo(WRITERS).map(async (writer) => {
        for (const turn of upTo(5))
          await chats.saveUserMessage({
            conversationId: id,
            content: `${writer}/${turn}`,
            requestId: `${writer}-${turn}`,
          });
      }),
    );
    const messages = await all(chats, id);
    expect(seqs(messages)).toEqual(upTo(WRITERS * 5));
    expect(messages.slice(1).map(({ parentId }) => parentId)).toEqual(
      messages.slice(0, -1).map((message) => message.id),
    );
    const { messageCount, lastMessageAt } = await chats.getConversation(id);
    expect(messageCount).toBe(WRITERS * 5);
    expect(lastMessageAt).toEqual(new Date(Math.max(...messages.map(({ createdAt }) => createdAt.getTime()))));
  });

  it(`saves a request once when ${WRITERS} send it at the same time, and numbers stay without gaps`, async () => {
    const { chats, id } = await setUp();
    const saved = await Promise.all(
      upTo(WRITERS).map(() => chats.saveUserMessage({ conversationId: id, content: 'Once.', requestId: 'r1' })),
    );
    expect(new Set(saved.map((message) => message.id)).size).toBe(1);
    const next = await chats.saveAssistantMessage({ conversationId: id, content: 'Yes.', requestId: 'r1' });
    expect(next.seq).toBe(2);
    expect(await chats.getConversation(id)).toMatchObject({ messageCount: 2, lastMessageAt: next.createdAt });
  });

  it('takes part in a transaction around it, where a repeated request does no harm', async () => {
    const { database, chats, id } = await setUp();
    const conversation = { conversationId: id };
    await chats.saveUserMessage({ ...conversation, content: 'One', requestId: 'r1' });
    await database.transaction('ada', async () => {
      await chats.saveUserMessage({ ...conversation, content: 'One', requestId: 'r1' });
      await chats.saveUserMessage({ ...conversation, content: 'Two', requestId: 'r2' });
    });
    await expect(
      database.transaction('ada', async () => {
        await chats.saveUserMessage({ ...conversation, content: 'Three', requestId: 'r3' });
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    await chats.saveUserMessage({ ...conversation, content: 'Four', requestId: 'r4' });
    expect((await all(chats, id)).map(({ seq, content }) => [seq, content])).toEqual([
      [1, 'One'],
      [2, 'Two'],
      [3, 'Four'],
    ]);
  });

  it('gives the stored message for the same request again, whatever happened since', async () => {
    const { chats, id } = await setUp();
    const input = { conversationId: id, content: 'Hello', requestId: 'r1', metadata: { tokens: 1 } } as const;
    const first = await chats.saveUserMessage(input);
    await chats.saveAssistantMessage({ conversationId: id, content: 'Hi', requestId: 'r1' });
    expect(await chats.saveUserMessage(input)).toEqual(first);
    await chats.closeConversation(id);
    expect(await chats.saveUserMessage({ ...input, metadata: { tokens: 2 } })).toEqual(first);
    expect(await chats.getMessageCount(id)).toBe(2);
  });

  it('refuses other content under the same request id, in the same role and part', async () => {
    const { chats, id } = await setUp();
    const save = (content: string, more = {}) =>
      chats.saveToolMessage({ conversationId: id, content, requestId: 'r1', ...more });
    await save('one');
    await expect(save('two')).rejects.toThrow(RequestIdReusedError);
    await expect(save('one', { parts: [{ type: 'text', text: 'x' }] })).rejects.toThrow(RequestIdReusedError);
    await save('two', { requestPart: 1 });
    await chats.saveUserMessage({ conversationId: id, content: 'two', requestId: 'r1' });
    expect(seqs(await all(chats, id))).toEqual([1, 2, 3]);
    const other = await chats.createConversation();
    await chats.saveToolMessage({ conversationId: other.id, content: 'two', requestId: 'r1' });
  });

  it('lets a partial answer grow under its request id until it is complete, and not afterwards', async () => {
    const { chats, id } = await setUp();
    await chats.saveUserMessage({ conversationId: id, content: 'Tell me.', requestId: 'r1' });
    const save = (content: string, status: 'partial' | 'complete' | 'aborted', metadata = {}) =>
      chats.saveAssistantMessage({ conversationId: id, content, status, requestId: 'r1', metadata });
    const first = await save('', 'partial');
    await save('Once upon', 'partial', { modelName: 'm' });
    // A save that comes late doesn't take back what is there.
    expect((await save('Once', 'partial')).content).toBe('Once upon');
    const done = await save('Once upon a time.', 'complete', { tokens: 4 });
    expect(done).toMatchObject({
      id: first.id,
      seq: 2,
      content: 'Once upon a time.',
      status: 'complete',
      tokens: 4,
      createdAt: first.createdAt,
    });
    expect(await save('Once upon', 'partial')).toEqual(done);
    expect(await save('Once upon a time.', 'complete')).toEqual(done);
    await expect(save('Another tale.', 'complete')).rejects.toThrow(RequestIdReusedError);
    await expect(save('Once upon a time.', 'aborted')).rejects.toThrow(RequestIdReusedError);
    expect(await all(chats, id)).toHaveLength(2);
  });

  it('completes a partial answer once when several try at the same time', async () => {
    const { chats, id } = await setUp();
    const save = (content: string, status: 'partial' | 'complete') =>
      chats.saveAssistantMessage({ conversationId: id, content, status, requestId: 'r1' });
    await save('a', 'partial');
    const outcomes = await Promise.allSettled(upTo(8).map((n) => save(`a${n}`, 'complete')));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(RequestIdReusedError);
    expect(seqs(await all(chats, id))).toEqual([1]);
  });

  it('keeps an aborted answer as it is', async () => {
    const { chats, id } = await setUp();
    const saved = await chats.saveAssistantMessage({ conversationId: id, content: 'I was ab', status: 'aborted' });
    expect(await all(chats, id)).toEqual([saved]);
  });

  it('makes branches of messages with the same parent; the newest is the one in use', async () => {
    const { chats, id } = await setUp();
    const conversation = { conversationId: id };
    const question = await chats.saveUserMessage({ ...conversation, content: 'Question' });
    const first = await chats.saveAssistantMessage({ ...conversation, content: 'First answer' });
    const second = await chats.saveAssistantMessage({
      ...conversation,
      content: 'Second answer',
      parentId: question.id,
    });
    expect([first.parentId, second.parentId]).toEqual([question.id, question.id]);
    expect((await chats.getConversation(id)).activeLeafId).toBe(second.id);
    expect((await chats.saveUserMessage({ ...conversation, content: 'Thanks' })).parentId).toBe(second.id);
    const back = await chats.saveUserMessage({
      ...conversation,
      content: 'Back to the first',
      parentId: first.id.toUpperCase(),
    });
    expect(back.parentId).toBe(first.id);
    expect(seqs(await all(chats, id))).toEqual([1, 2, 3, 4, 5]);
  });

  it("refuses a parent that is missing, in another conversation, or another user's, and loses no number", async () => {
    const { database, chats, id } = await setUp();
    const other = await chats.createConversation();
    const elsewhere = await chats.saveUserMessage({ conversationId: other.id, content: 'Elsewhere' });
    const bob = new Conversations(database, 'bob');
    const theirs = await bob.saveUserMessage({
      conversationId: (await bob.createConversation()).id,
      content: 'Theirs',
    });
    for (const parentId of [newId(), elsewhere.id, theirs.id]) {
      await expect(chats.saveUserMessage({ conversationId: id, content: 'x', parentId })).rejects.toThrow(
        MessageNotFoundError,
      );
    }
    expect((await chats.saveUserMessage({ conversationId: id, content: 'x' })).seq).toBe(1);
  });

  it('goes on in an archived conversation, and not in a closed or deleted one', async () => {
    const { chats, id } = await setUp();
    const save = () => chats.saveAssistantMessage({ conversationId: id, content: 'Late.' });
    await chats.archiveConversation(id);
    await save();
    expect(await chats.getConversation(id)).toMatchObject({ status: 'ARCHIVED', messageCount: 1 });
    await chats.closeConversation(id);
    await expect(save()).rejects.toThrow(ConversationClosedError);
    await chats.deleteConversation(id);
    await expect(save()).rejects.toThrow(ConversationNotFoundError);
  });

  it('never moves the last activity back', async () => {
    const { database, chats, id } = await setUp();
    await chats.saveUserMessage({ conversationId: id, content: 'Now' });
    const later = new Date(Date.now() + 3_600_000);
    await database
      .forUser('ada')
      .run((db) => db.updateTable('conversations').set({ last_message_at: later }).where('id', '=', id));
    await chats.saveUserMessage({ conversationId: id, content: 'An hour early' });
    expect((await chats.getConversation(id)).lastMessageAt).toEqual(later);
  });

  it('keeps metadata whatever its members are called', async () => {
    const { chats, id } = await setUp();
    const metadata = JSON.parse(
      '{"__proto__":{"a":1},"constructor":2,"toString":null,"":{"__proto__":5},"source":"web"}',
    ) as Record<string, string>;
    const saved = await chats.saveUserMessage({ conversationId: id, content: 'x', metadata });
    for (const message of [saved, ...(await all(chats, id))]) {
      expect(new Map(Object.entries(message.metadata))).toEqual(new Map(Object.entries(metadata)));
    }
  });

  it('is final: a stored message can be neither changed nor removed', async () => {
    const { database, chats, id } = await setUp();
    const saved = await chats.saveUserMessage({ conversationId: id, content: 'Stone' });
    const user = database.forUser('ada');
    await expect(
      user.run((db) => db.updateTable('conversation_messages').set({ content: 'Sand' }).where('id', '=', saved.id)),
    ).rejects.toThrow(ImmutableRowError);
    await expect(user.run((db) => db.deleteFrom('conversation_messages').where('id', '=', saved.id))).rejects.toThrow(
      ImmutableRowError,
    );
    expect(await all(chats, id)).toEqual([saved]);
  });

  it('takes the longest content allowed, and gives it back whole', async () => {
    const { chats, id } = await setUp();
    const content = `${'ß€'.repeat(2_097_151)}😀`;
    await chats.saveUserMessage({ conversationId: id, content });
    const [read] = await all(chats, id);
    expect(read?.content === content).toBe(true);
  });
});
