import { Audit, type Database, Erasures, ForbiddenError, Search } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  ColdStorageDamagedError,
  ConversationClosedError,
  ConversationColdError,
  ConversationNotFoundError,
  Conversations,
  conversationSources,
} from '../../src/index.ts';
import { randomConversation, save, textOf } from './everything.ts';

const RUNS = 40;

async function rowsOf(database: Database): Promise<unknown> {
  const system = database.system('test: what is stored');
  return {
    messages: await system.all((db) => db.selectFrom('conversation_messages').selectAll().orderBy('id')),
    branches: await system.all((db) => db.selectFrom('conversation_branches').selectAll().orderBy('id')),
    conversations: await system.all((db) =>
      db
        .selectFrom('conversations')
        .select([
          'id',
          'status',
          'version',
          'next_seq',
          'message_count',
          'active_leaf_id',
          'last_message_at',
          'updated_at',
        ])
        .orderBy('id'),
    ),
  };
}

const countParts = (database: Database): Promise<unknown> =>
  database
    .system('test: parts')
    .first((db) => db.selectFrom('conversation_cold_parts').select((eb) => eb.fn.countAll<number>().as('count')))
    .then((row) => Number(row?.count));

describeEngines('conversations in cold storage', (context) => {
  it('come back as they were, and are exported meanwhile as the same bytes', async () => {
    // With the walls up: whoever may not write permits can have messages moved all the same.
    const database = await context.open({
      env: context.engine === 'postgres' ? { DATABASE_ROW_SECURITY: 'true' } : {},
    });
    const chats = new Conversations(database, 'ada');
    const ids = [];
    for (const random of fc.sample(randomConversation, { numRuns: RUNS, seed: 7 })) ids.push(await save(chats, random));
    const rows = await rowsOf(database);
    const exported = await textOf(chats.exportConversations({ format: 'json' }));
    const markdown = await textOf(chats.exportConversations({ format: 'markdown' }));
    const span = { from: new Date(Date.now() - 86_400_000), to: new Date(Date.now() + 60_000) };
    const figures = await chats.getStatistics(span);
    for (const id of ids) expect(await chats.freezeConversation(id)).toMatchObject({ id, isCold: true });
    expect(await rowsOf(database)).toMatchObject({ messages: [], branches: [] });
    expect(await countParts(database)).toBe(RUNS);
    expect(await textOf(chats.exportConversations({ format: 'json' }))).toBe(exported);
    expect(await textOf(chats.exportConversations({ format: 'markdown' }))).toBe(markdown);
    expect(await chats.getStatistics(span)).toEqual(figures);
    for (const id of ids) expect(await chats.thawConversation(id)).toMatchObject({ id, isCold: false });
    expect(await rowsOf(database)).toEqual(rows);
    expect(await countParts(database)).toBe(0);
    expect(await textOf(chats.exportConversations({ format: 'json' }))).toBe(exported);
    expect(await chats.getStatistics(span)).toEqual(figures);
  });

  it('also one of many parts', async () => {
    const database = await context.open();
    const chats = new Conversations(database, 'ada');
    const messages = Array.from({ length: 2150 }, (_, turn) => ({
      role: turn % 2 === 0 ? 'user' : 'assistant',
      content: turn % 700 === 1 ? 'long '.repeat(10_000) : `${turn}`,
    }));
    expect(await chats.importConversations([JSON.stringify({ messages })])).toMatchObject({ failed: 0 });
    const { id } = (await chats.listConversations()).items[0]!;
    const before = await textOf(await chats.exportConversation(id, { format: 'json' }));
    await chats.freezeConversation(id);
    expect(await countParts(database)).toBe(2);
    expect(await textOf(await chats.exportConversation(id, { format: 'json' }))).toBe(before);
    await chats.thawConversation(id);
    expect(await textOf(await chats.exportConversation(id, { format: 'json' }))).toBe(before);
  });

  it('say that they are cold where messages are read, and how to have them back', async () => {
    const database = await context.open();
    const chats = new Conversations(database, 'ada');
    const search = new Search(database, conversationSources);
    const { id: conversationId } = await chats.createConversation({ title: 'ice' });
    const message = await chats.saveUserMessage({ conversationId, content: 'zeppelins' });
    expect((await search.search('ada', { query: 'zeppelins' })).items).toHaveLength(1);
    await chats.freezeConversation(conversationId);
    expect(await chats.freezeConversation(conversationId)).toMatchObject({ isCold: true, messageCount: 1 });
    for (const read of [
      () => chats.getMessages({ conversationId }),
      () => chats.getLastNMessages(conversationId, 1),
      () => chats.getMessage(conversationId, message.id),
      () => chats.getActivePath({ conversationId }),
      () => chats.getSiblings({ conversationId, messageId: message.id }),
      () => chats.buildContext({ conversationId, maxTokens: 100 }),
      () => chats.countByRole(conversationId),
      () => chats.getBySource({ source: 'web', conversationId }),
      () => chats.setActiveLeaf(conversationId, message.id),
    ])
      await expect(read()).rejects.toThrow(ConversationColdError);
    expect(await chats.getMessageCount(conversationId)).toBe(1);
    expect((await chats.listConversations()).items).toMatchObject([{ isCold: true }]);
    expect(await chats.renameConversation(conversationId, 'snow')).toMatchObject({ isCold: true, title: 'snow' });
    expect((await search.search('ada', { query: 'zeppelins' })).items).toEqual([]);
    await chats.thawConversation(conversationId);
    expect((await search.search('ada', { query: 'zeppelins' })).items).toHaveLength(1);
    expect((await chats.getMessages({ conversationId })).items).toEqual([message]);
  });

  it('are thawed by a message, a repeated one too, and by an import', async () => {
    const database = await context.open();
    const chats = new Conversations(database, 'ada');
    const { id: conversationId } = await chats.createConversation();
    const first = await chats.saveUserMessage({ conversationId, content: 'a', requestId: 'r1' });
    const growing = { conversationId, requestId: 'r2', status: 'partial' } as const;
    await chats.saveAssistantMessage({ ...growing, content: 'b' });
    await chats.freezeConversation(conversationId);
    expect(await chats.saveUserMessage({ conversationId, content: 'a', requestId: 'r1' })).toEqual(first);
    expect(await chats.getConversation(conversationId)).toMatchObject({ isCold: false });
    await chats.freezeConversation(conversationId);
    await chats.saveAssistantMessage({ ...growing, content: 'bc', status: 'complete' });
    await chats.freezeConversation(conversationId);
    const last = await chats.saveUserMessage({ conversationId, content: 'd' });
    expect(last.seq).toBe(3);
    const { items } = await chats.getMessages({ conversationId });
    expect(items.map(({ content, seq }) => [seq, content])).toEqual([
      [1, 'a'],
      [2, 'bc'],
      [3, 'd'],
    ]);
    const document = JSON.stringify(await chats.exportConversation(conversationId));
    await chats.freezeConversation(conversationId);
    expect(await chats.importConversations([document])).toMatchObject({ created: { messages: 0 }, duplicates: 3 });
    await chats.closeConversation(conversationId);
    await chats.freezeConversation(conversationId);
    await expect(chats.saveUserMessage({ conversationId, content: 'e' })).rejects.toThrow(ConversationClosedError);
    // The refusal takes back what it did on the way.
    expect(await chats.getConversation(conversationId)).toMatchObject({ isCold: true });
  });

  it("are nobody else's, and nothing for whoever only reads", async () => {
    const database = await context.open();
    const chats = new Conversations(database, 'ada');
    const { id } = await chats.createConversation();
    await chats.saveUserMessage({ conversationId: id, content: 'a' });
    const eve = new Conversations(database, 'eve');
    await expect(eve.freezeConversation(id)).rejects.toThrow(ConversationNotFoundError);
    await chats.freezeConversation(id);
    await expect(eve.thawConversation(id)).rejects.toThrow(ConversationNotFoundError);
    const reading = new Conversations(database, database.forUser('ada', { actor: 'eve', readOnly: true }));
    await expect(reading.thawConversation(id)).rejects.toThrow(ForbiddenError);
    await reading.exportConversation(id);
    expect((await new Audit(database).list('ada', { action: 'conversations.read' })).items).toHaveLength(1);
    await chats.deleteConversation(id);
    await expect(chats.thawConversation(id)).rejects.toThrow(ConversationNotFoundError);
  });

  it('are erased with all that was packed', async () => {
    const database = await context.open();
    const chats = new Conversations(database, 'ada');
    const [one, other] = [await chats.createConversation(), await chats.createConversation()];
    for (const { id } of [one, other]) {
      await chats.saveUserMessage({ conversationId: id, content: 'a' });
      await chats.freezeConversation(id);
    }
    const { rows } = await chats.eraseConversation(one.id);
    expect(rows).toMatchObject({ conversation_cold_parts: { deleted: 1 }, conversations: { deleted: 1 } });
    expect(await countParts(database)).toBe(1);
    await new Erasures(database).eraseOwner('ada', { rewrite: false });
    expect(await countParts(database)).toBe(0);
  });

  it('are told from what was damaged, which changes nothing', async () => {
    const database = await context.open();
    const chats = new Conversations(database, 'ada');
    const system = database.system('test: damage');
    const { id } = await chats.createConversation();
    await chats.saveUserMessage({ conversationId: id, content: 'a' });
    await chats.freezeConversation(id);
    const part = await system.first((db) => db.selectFrom('conversation_cold_parts').select(['id', 'data', 'digest']));
    const bad = {
      bytes: { data: Uint8Array.of(1, 2, 3) },
      digest: { digest: '0'.repeat(64) },
      count: { messages: 2 },
      part: { part: 2 },
    };
    const good = { data: part!.data, digest: part!.digest, messages: 1, part: 1 };
    for (const damage of Object.values(bad)) {
      await system.run((db) => db.updateTable('conversation_cold_parts').set(damage));
      await expect(chats.thawConversation(id)).rejects.toThrow(ColdStorageDamagedError);
      await expect(chats.exportConversation(id)).rejects.toThrow(ColdStorageDamagedError);
      await expect(chats.saveUserMessage({ conversationId: id, content: 'b' })).rejects.toThrow(
        ColdStorageDamagedError,
      );
      expect(await chats.getConversation(id)).toMatchObject({ isCold: true, messageCount: 1 });
      await system.run((db) => db.updateTable('conversation_cold_parts').set(good));
    }
    await chats.thawConversation(id);
    expect((await chats.getMessages({ conversationId: id })).items).toMatchObject([{ content: 'a' }]);
  });

  it('lose and double nothing while some write, some freeze and some thaw', async () => {
    const database = await context.open();
    const chats = new Conversations(database, 'ada');
    const { id: conversationId } = await chats.createConversation();
    const EACH = 8;
    const writer = async (name: number): Promise<void> => {
      for (let turn = 0; turn < EACH; turn += 1) {
        const message = { conversationId, requestId: `${name} ${turn}` };
        await chats.saveAssistantMessage({ ...message, content: 'half', status: 'partial' });
        await chats.saveAssistantMessage({ ...message, content: 'half done', status: 'complete' });
      }
    };
    const writing = new AbortController();
    const mover = async (move: () => Promise<unknown>): Promise<void> => {
      while (!writing.signal.aborted) await move();
    };
    const movers = [
      mover(() => chats.freezeConversation(conversationId)),
      mover(() => chats.thawConversation(conversationId)),
    ];
    const exporter = mover(async () => {
      const { conversation, messages } = await chats.exportConversation(conversationId);
      expect(messages.length).toBe(conversation.messageCount);
    });
    const moved = Promise.all([...movers, exporter]);
    await Promise.all([moved, Promise.all([0, 1, 2].map(writer)).finally(() => writing.abort())]);
    await chats.thawConversation(conversationId);
    const { items } = await chats.getMessages({ conversationId, limit: 500 });
    expect(items.map(({ seq }) => seq)).toEqual(Array.from({ length: 3 * EACH }, (_, index) => index + 1));
    expect(items.every(({ content, status }) => content === 'half done' && status === 'complete')).toBe(true);
    expect(new Set(items.map(({ requestId }) => requestId)).size).toBe(3 * EACH);
  });
});
