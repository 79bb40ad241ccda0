import { type Database, NoEmbedderError } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { beforeEach, expect, it } from 'vitest';
import { type ConversationHit, Conversations, type SearchConversations } from '../src/index.ts';

const text = (hit: ConversationHit): string => hit.highlights.map(({ excerpt }) => excerpt.text).join(' / ');

describeEngines('searching conversations', (context) => {
  let database: Database;
  let chats: Conversations;

  beforeEach(async () => {
    database = await context.open();
    chats = new Conversations(database, 'ada');
  });

  const found = async (input: SearchConversations): Promise<string[]> => (await chats.search(input)).items.map(text);

  it('gives titles and messages with where they are and what was found', async () => {
    const { id } = await chats.createConversation({ title: 'Apple harvest' });
    const message = await chats.saveUserMessage({ conversationId: id, content: 'When are apples ripe?' });
    const { items, ...page } = await chats.search({ query: 'apples' });
    expect(page).toEqual({ nextCursor: null, mode: 'text', isCurrent: true, isOutdated: false, isBounded: false });
    const common = { conversationId: id, title: 'Apple harvest', score: expect.any(Number) };
    expect(items.toSorted((one, other) => (one.type < other.type ? -1 : 1))).toEqual([
      {
        type: 'conversation',
        ...common,
        at: expect.any(Date),
        highlights: [
          { field: 'title', ranges: [{ start: 0, end: 5 }], excerpt: { start: 0, end: 13, text: 'Apple harvest' } },
        ],
      },
      {
        type: 'message',
        ...common,
        messageId: message.id,
        seq: 1,
        role: 'user',
        at: message.createdAt,
        highlights: [
          {
            field: 'content',
            ranges: [{ start: 9, end: 15 }],
            excerpt: { start: 0, end: 21, text: 'When are apples ripe?' },
          },
        ],
      },
    ]);
  });

  it('goes by role, conversation and time', async () => {
    const { id: first } = await chats.createConversation({ title: 'Plums' });
    const { id: second } = await chats.createConversation();
    await chats.saveUserMessage({ conversationId: first, content: 'plum one' });
    await chats.saveAssistantMessage({ conversationId: first, content: 'plum two' });
    const third = await chats.saveUserMessage({ conversationId: second, content: 'plum three' });
    await chats.saveToolMessage({ conversationId: second, content: 'plum four' });
    expect((await found({ query: 'plum' })).toSorted()).toEqual([
      'Plums',
      'plum four',
      'plum one',
      'plum three',
      'plum two',
    ]);
    expect((await found({ query: 'plum', role: 'user' })).toSorted()).toEqual(['plum one', 'plum three']);
    expect((await found({ query: 'plum', role: ['tool', 'assistant'] })).toSorted()).toEqual(['plum four', 'plum two']);
    expect((await found({ query: 'plum', conversationId: first })).toSorted()).toEqual([
      'Plums',
      'plum one',
      'plum two',
    ]);
    expect(await found({ query: 'plum', conversationId: first, role: 'assistant' })).toEqual(['plum two']);
    expect(await found({ query: 'plum -two', conversationId: first, role: 'assistant' })).toEqual([]);
    expect(await found({ query: 'plum', to: new Date(0) })).toEqual([]);
    const late = { from: third.createdAt, to: new Date(Date.now() + 60_000), role: 'user' as const };
    expect(await found({ query: 'plum three', ...late })).toEqual(['plum three']);
    expect(await found({ query: 'plum', conversationId: '01900000-0000-7000-8000-000000000000' })).toEqual([]);
  });

  it('finds any of the words where that is asked for', async () => {
    const { id: conversationId } = await chats.createConversation();
    for (const content of ['a red apple', 'a green pear', 'nothing of it'])
      await chats.saveUserMessage({ conversationId, content });
    expect(await found({ query: 'which apple is red' })).toEqual([]);
    expect(await found({ query: 'which apple is red', match: 'any' })).toEqual(['a red apple']);
    expect(await found({ query: 'apple pear', match: 'any' })).toHaveLength(2);
    expect(await found({ query: 'apple pear "red apple"', match: 'any' })).toEqual(['a red apple']);
    expect(await found({ query: 'apple pear -green', match: 'any' })).toEqual(['a red apple']);
  });

  it('finds other branches, and archived conversations only when asked', async () => {
    const { id: conversationId } = await chats.createConversation();
    const question = await chats.saveUserMessage({ conversationId, content: 'a pear?' });
    await chats.saveAssistantMessage({ conversationId, content: 'pear one', parentId: question.id });
    await chats.saveAssistantMessage({ conversationId, content: 'pear two', parentId: question.id });
    expect((await found({ query: 'pear' })).toSorted()).toEqual(['a pear?', 'pear one', 'pear two']);
    await chats.archiveConversation(conversationId);
    expect(await found({ query: 'pear' })).toEqual([]);
    expect(await found({ query: 'pear', includeArchived: true })).toHaveLength(3);
    await chats.unarchiveConversation(conversationId);
    expect(await found({ query: 'pear', role: 'assistant' })).toHaveLength(2);
    await chats.deleteConversation(conversationId);
    expect(await found({ query: 'pear', includeArchived: true })).toEqual([]);
  });

  it('goes on past many that it may not show', async () => {
    const { id: shown } = await chats.createConversation();
    const { id: archived } = await chats.createConversation();
    await chats.saveUserMessage({ conversationId: shown, content: 'a cherry among many other words that are there' });
    for (let number = 0; number < 60; number += 1)
      await chats.saveUserMessage({ conversationId: archived, content: `cherry ${number}` });
    await chats.archiveConversation(archived);
    // The first searches index a few messages each.
    while (!(await chats.search({ query: 'cherry' })).isCurrent);
    expect(await chats.search({ query: 'cherry', limit: 1 })).toMatchObject({
      items: [{ conversationId: shown }],
      nextCursor: null,
    });
  });

  it('never finds what is hidden, erased or of somebody else', async () => {
    const { id: hidden } = await chats.createConversation({ title: 'secret grape', isHidden: true });
    await chats.saveUserMessage({ conversationId: hidden, content: 'a hidden grape' });
    const { id: erased } = await chats.createConversation({ title: 'grapes' });
    await chats.saveUserMessage({ conversationId: erased, content: 'an erased grape' });
    const eve = new Conversations(database, 'eve');
    const { id: foreign } = await eve.createConversation({ title: "eve's grape" });
    await eve.saveUserMessage({ conversationId: foreign, content: 'a foreign grape' });
    expect(await found({ query: 'grape' })).toHaveLength(2);
    await chats.eraseConversation(erased);
    for (const input of [{}, { includeArchived: true }, { conversationId: hidden }, { conversationId: foreign }])
      expect(await found({ query: 'grape', ...input })).toEqual([]);
  });

  it('needs a model to search by meaning', async () => {
    for (const mode of ['semantic', 'hybrid'] as const)
      await expect(chats.search({ query: 'words', mode })).rejects.toThrow(NoEmbedderError);
  });
});
