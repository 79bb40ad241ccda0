import { Erasures, Retention, Search } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import {
  ConversationNotFoundError,
  conversationRetention,
  Conversations,
  conversationSources,
  type ConversationId,
} from '../src/index.ts';

const DAY_MS = 86_400_000;
const daysAgo = (days: number): Date => new Date(Date.now() - days * DAY_MS);

describeEngines('how long conversations are kept', ({ open }) => {
  async function setUp(env: Record<string, string> = {}) {
    const database = await open({ env });
    const retention = new Retention(database, conversationRetention);
    const rows = (outcomes: Awaited<ReturnType<typeof retention.run>>) =>
      Object.fromEntries(outcomes.filter((one) => one.rows > 0).map((one) => [one.rule, one.rows]));
    return {
      database,
      chats: new Conversations(database, 'ada'),
      preview: async () => rows(await retention.preview()),
      run: async () => rows(await retention.run()),
      /** Sets times, as if they had passed. */
      age: (id: ConversationId, values: Record<string, Date>) =>
        database.system('test').run((db) => db.updateTable('conversations').set(values).where('id', '=', id)),
    };
  }

  it('those that nobody used for two years are archived, and a use counts', async () => {
    const { chats, preview, run, age } = await setUp();
    const made = [];
    for (const title of ['unused', 'written', 'opened', 'young', 'closed'])
      made.push(await chats.createConversation({ title }));
    const [unused, written, opened, young, closed] = made.map(({ id }) => id) as [
      ConversationId,
      ConversationId,
      ConversationId,
      ConversationId,
      ConversationId,
    ];
    await chats.closeConversation(closed);
    for (const id of [unused, written, opened, closed]) await age(id, { updated_at: daysAgo(731) });
    await age(unused, { last_message_at: daysAgo(900) });
    await age(written, { last_message_at: daysAgo(700) });
    await age(opened, { last_opened_at: daysAgo(1) });
    await age(young, { updated_at: daysAgo(729) });
    expect(await preview()).toEqual({ 'conversations.unused': 1 });
    expect(await run()).toEqual({ 'conversations.unused': 1 });
    const { items } = await chats.listConversations({ status: 'ARCHIVED' });
    expect(items).toMatchObject([{ id: unused, version: 2, archivedAt: expect.any(Date) }]);
    // Taken out again it is in use again.
    await chats.unarchiveConversation(unused);
    expect(await run()).toEqual({});
  });

  it('those whose time is over are erased for good, out of the index too', async () => {
    const { database, chats, preview, run } = await setUp();
    const search = new Search(database, conversationSources);
    const kept = await chats.createConversation({ title: 'quixotic', expiresAt: new Date(Date.now() + DAY_MS) });
    expect(kept.expiresAt).toEqual(expect.any(Date));
    const changed = await chats.createConversation({ expiresAt: daysAgo(1) });
    const over = await chats.createConversation({ title: 'quixotic' });
    await chats.saveUserMessage({ conversationId: over.id, content: 'zeppelins' });
    const expiring = await chats.setExpiry(over.id, daysAgo(0.01), { ifVersion: 1 });
    expect(expiring).toMatchObject({ version: 2, expiresAt: expect.any(Date) });
    expect(await chats.setExpiry(changed.id, null)).toMatchObject({ expiresAt: null });
    expect(await preview()).toEqual({ 'conversations.expired': 1 });
    expect(await run()).toEqual({ 'conversations.expired': 1 });
    await expect(chats.getConversation(over.id)).rejects.toThrow(ConversationNotFoundError);
    await expect(chats.setExpiry(over.id, null)).rejects.toThrow(ConversationNotFoundError);
    expect((await search.search('ada', { query: 'zeppelins' })).items).toEqual([]);
    expect((await search.search('ada', { query: 'quixotic' })).items).toHaveLength(1);
    expect(await new Erasures(database).list()).toMatchObject([
      { kind: 'row', table: 'conversations', rowId: over.id, completedAt: expect.any(Date) },
    ]);
    expect(await run()).toEqual({});
    const { items } = await chats.listConversations();
    expect(items.map(({ id }) => id).sort()).toEqual([kept.id, changed.id].sort());
  });

  it('archived and closed ones go into cold storage, and are erased, each after a time that is set', async () => {
    const { chats, preview, run, age } = await setUp({
      RETENTION_COLD_DAYS: '30',
      RETENTION_ARCHIVED_DAYS: '90',
      RETENTION_CLOSED_DAYS: '60',
    });
    const made: Record<string, ConversationId> = {};
    for (const title of ['active', 'archived', 'closed', 'written', 'deleted', 'empty', 'old', 'ended']) {
      const { id } = await chats.createConversation({ title });
      if (title !== 'empty') await chats.saveUserMessage({ conversationId: id, content: 'a' });
      if (['closed', 'ended'].includes(title)) await chats.closeConversation(id);
      else if (title !== 'active') await chats.archiveConversation(id);
      if (title === 'deleted') await chats.deleteConversation(id);
      const unused = daysAgo(title === 'old' ? 91 : title === 'ended' ? 61 : 31);
      await age(id, { updated_at: unused, last_message_at: unused, archived_at: unused, closed_at: unused });
      made[title] = id;
    }
    await age(made['written']!, { last_message_at: daysAgo(29) });
    const due = { 'conversations.cold': 5, 'conversations.archived': 1, 'conversations.closed': 1 };
    expect(await preview()).toEqual(due);
    expect(await run()).toEqual(due);
    const { items } = await chats.listConversations({ status: ['ACTIVE', 'ARCHIVED', 'CLOSED'], limit: 10 });
    expect(Object.fromEntries(items.map(({ title, isCold }) => [title, isCold]))).toEqual({
      active: false,
      archived: true,
      closed: true,
      written: false,
      empty: true,
    });
    // Brought back it is in use again.
    await chats.thawConversation(made['archived']!);
    expect(await run()).toEqual({});
  });

  it('deleted ones are kept unless it is said for how long', async () => {
    const without = await setUp();
    const gone = await without.chats.createConversation();
    await without.chats.deleteConversation(gone.id);
    await without.age(gone.id, { deleted_at: daysAgo(10_000) });
    expect(await without.run()).toEqual({});

    const { chats, run, age } = await setUp({ RETENTION_DELETED_DAYS: '30', RETENTION_ARCHIVE_DAYS: '0' });
    const [old, young, unused] = [
      await chats.createConversation(),
      await chats.createConversation(),
      await chats.createConversation(),
    ];
    for (const { id } of [old, young]) await chats.deleteConversation(id);
    await age(old.id, { deleted_at: daysAgo(31) });
    await age(unused.id, { updated_at: daysAgo(10_000) });
    expect(await run()).toEqual({ 'conversations.deleted': 1 });
    const { items } = await chats.listConversations({ status: ['DELETED', 'ACTIVE'] });
    expect(items.map(({ id }) => id).sort()).toEqual([young.id, unused.id].sort());
  });
});
