import { newId, UniqueViolationError, ValidationError } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import {
  ConversationChangedError,
  ConversationClosedError,
  ConversationExistsError,
  ConversationNotFoundError,
  Conversations,
  MessageNotFoundError,
} from '../src/index.ts';

describeEngines('conversations', (context) => {
  async function setUp() {
    const database = await context.open();
    return { database, chats: new Conversations(database, 'ada') };
  }

  it('say whether the database is ready, and close it', async () => {
    const { chats } = await setUp();
    await chats.initialize();
    expect(chats.isInitialized()).toBe(true);
    await chats.shutdown();
    expect(chats.isInitialized()).toBe(false);
  });

  it('are created with all that is given, or with nothing', async () => {
    const { chats } = await setUp();
    const id = newId();
    const given = {
      id: id.toUpperCase(),
      title: 'Größe 🏨',
      source: 'web',
      metadata: { tags: ['a', 'b'], deep: { n: 1.5, no: null } },
      isHidden: true,
    };
    const full = await chats.createConversation(given);
    expect(full).toMatchObject({
      ...given,
      id,
      status: 'ACTIVE',
      version: 1,
      messageCount: 0,
      lastMessageAt: null,
      activeLeafId: null,
      archivedAt: null,
    });
    expect(await chats.getConversation(id)).toEqual(full);
    const bare = await chats.createConversation();
    expect(bare).toMatchObject({ title: null, source: null, metadata: {}, isHidden: false, externalId: null });
    expect(await chats.getConversation(bare.id)).toEqual(bare);
  });

  it('have an id of their own', async () => {
    const { database, chats } = await setUp();
    const { id } = await chats.createConversation();
    const again = chats.createConversation({ id });
    await expect(again).rejects.toThrow(ConversationExistsError);
    await expect(again).rejects.toMatchObject({
      code: 'CONVERSATION_EXISTS',
      cause: expect.any(UniqueViolationError) as unknown,
    });
    // Another user's ids are no business of this one's.
    await new Conversations(database, 'bob').createConversation({ id });
  });

  it('are renamed', async () => {
    const { chats } = await setUp();
    const { id } = await chats.createConversation({ title: 'Old' });
    expect(await chats.renameConversation(id, 'New')).toMatchObject({ title: 'New', version: 2 });
    expect(await chats.renameConversation(id, null)).toMatchObject({ title: null, version: 3 });
  });

  it('are archived and brought back', async () => {
    const { chats } = await setUp();
    const { id } = await chats.createConversation();
    const archived = await chats.archiveConversation(id);
    expect(archived).toMatchObject({ status: 'ARCHIVED', version: 2, archivedAt: expect.any(Date) as unknown });
    expect(await chats.archiveConversation(id)).toEqual(archived);
    expect(await chats.unarchiveConversation(id)).toMatchObject({ status: 'ACTIVE', archivedAt: null, version: 3 });
    expect(await chats.unarchiveConversation(id)).toMatchObject({ status: 'ACTIVE', version: 3 });
  });

  it('are closed for good', async () => {
    const { chats } = await setUp();
    const { id } = await chats.createConversation({ title: 'Case 12' });
    const closed = await chats.closeConversation(id);
    expect(closed).toMatchObject({ status: 'CLOSED', closedAt: expect.any(Date) as unknown, version: 2 });
    expect(await chats.closeConversation(id)).toEqual(closed);
    await expect(chats.archiveConversation(id)).rejects.toThrow(ConversationClosedError);
    await expect(chats.unarchiveConversation(id)).rejects.toThrow(ConversationClosedError);
    expect(await chats.renameConversation(id, 'Case 12, solved')).toMatchObject({ status: 'CLOSED' });
    expect((await chats.getMessages({ conversationId: id })).items).toEqual([]);
  });

  it('are out of sight when deleted, in every method, and listed only when asked for', async () => {
    const { chats } = await setUp();
    const { id } = await chats.createConversation();
    await chats.saveUserMessage({ conversationId: id, content: 'Hello', metadata: { source: 'web' } });
    await chats.deleteConversation(id);
    for (const method of onConversation(chats, id)) await expect(method()).rejects.toThrow(ConversationNotFoundError);
    expect((await chats.listConversations()).items).toEqual([]);
    expect((await chats.getBySource({ source: 'web' })).items).toEqual([]);
    const [deleted] = (await chats.listConversations({ status: 'DELETED' })).items;
    expect(deleted).toMatchObject({ id, status: 'DELETED', messageCount: 1, deletedAt: expect.any(Date) as unknown });
  });

  it('are changed only in the version that was asked for', async () => {
    const { chats } = await setUp();
    const { id, version } = await chats.createConversation({ title: 'A' });
    await chats.renameConversation(id, 'B', { ifVersion: version });
    for (const late of [
      () => chats.renameConversation(id, 'C', { ifVersion: version }),
      () => chats.archiveConversation(id, { ifVersion: version }),
      () => chats.closeConversation(id, { ifVersion: version }),
      () => chats.deleteConversation(id, { ifVersion: version }),
    ]) {
      await expect(late()).rejects.toThrow(ConversationChangedError);
    }
    expect(await chats.getConversation(id)).toMatchObject({ title: 'B', status: 'ACTIVE', version: 2 });
    const renames = await Promise.allSettled(
      ['x', 'y', 'z'].map((title) => chats.renameConversation(id, title, { ifVersion: 2 })),
    );
    expect(renames.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('of another user look exactly like missing ones', async () => {
    const { database, chats } = await setUp();
    const bob = new Conversations(database, 'bob');
    const theirs = await bob.createConversation({ title: 'Private' });
    await bob.saveUserMessage({
      conversationId: theirs.id,
      content: 'Secret',
      requestId: 'r',
      metadata: { source: 'web' },
    });
    const missing = newId();
    const outcome = async (method: () => Promise<unknown>, id: string) => {
      const error = await method().then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(ConversationNotFoundError);
      const { code, message, details, hint, status } = error as ConversationNotFoundError;
      return JSON.stringify({ code, message, details, hint, status }).replaceAll(id, 'ID');
    };
    const foreign = onConversation(chats, theirs.id);
    for (const [index, method] of onConversation(chats, missing).entries()) {
      expect(await outcome(foreign[index]!, theirs.id)).toBe(await outcome(method, missing));
    }
    expect(
      (await chats.listConversations({ status: ['ACTIVE', 'ARCHIVED', 'CLOSED', 'DELETED'], includeHidden: true }))
        .items,
    ).toEqual([]);
    expect((await chats.getBySource({ source: 'web' })).items).toEqual([]);
    expect(await bob.getConversation(theirs.id)).toMatchObject({ title: 'Private', version: 1, messageCount: 1 });
  });

  it('need a user', async () => {
    const { database } = await setUp();
    for (const userId of ['', 'a\nb', 'x'.repeat(256), 7, null]) {
      expect(() => new Conversations(database, userId as string)).toThrow(ValidationError);
    }
  });

  it('give their last messages in order, and those of a source', async () => {
    const { chats } = await setUp();
    const { id } = await chats.createConversation();
    for (let n = 1; n <= 7; n += 1)
      await chats.saveUserMessage({
        conversationId: id,
        content: `${n}`,
        metadata: { source: n % 2 === 0 ? 'mail' : 'web' },
      });
    const contents = (messages: readonly { content: string }[]) => messages.map(({ content }) => content);
    expect(contents(await chats.getLastNMessages(id, 3))).toEqual(['5', '6', '7']);
    expect(contents(await chats.getLastNMessages(id, 100))).toEqual(['1', '2', '3', '4', '5', '6', '7']);
    expect(contents((await chats.getBySource({ source: 'mail', conversationId: id })).items)).toEqual(['6', '4', '2']);
    expect(contents((await chats.getBySource({ source: 'mail' })).items)).toEqual(['6', '4', '2']);
    expect((await chats.getBySource({ source: 'fax' })).items).toEqual([]);
    expect(await chats.getLastNMessages((await chats.createConversation()).id, 5)).toEqual([]);
  });

  it('give errors with a status, an exit code and a hint', async () => {
    const { chats } = await setUp();
    const { id } = await chats.createConversation();
    await expect(chats.getConversation(newId())).rejects.toMatchObject({
      code: 'CONVERSATION_NOT_FOUND',
      status: 404,
      exitCode: 1,
      retriable: false,
    });
    await expect(chats.saveUserMessage({ conversationId: id, content: 'x', parentId: newId() })).rejects.toThrow(
      MessageNotFoundError,
    );
    await expect(chats.saveUserMessage({ conversationId: id, content: 'x', parentId: newId() })).rejects.toMatchObject({
      code: 'MESSAGE_NOT_FOUND',
      status: 404,
    });
  });
});

/** Every method that works on one conversation. */
function onConversation(chats: Conversations, conversationId: string): readonly (() => Promise<unknown>)[] {
  const message = { conversationId, content: 'x', requestId: 'r' };
  return [
    () => chats.getConversation(conversationId),
    () => chats.renameConversation(conversationId, 'x'),
    () => chats.archiveConversation(conversationId),
    () => chats.unarchiveConversation(conversationId),
    () => chats.closeConversation(conversationId),
    () => chats.setExpiry(conversationId, null),
    () => chats.deleteConversation(conversationId),
    () => chats.saveMessage({ ...message, role: 'user' }),
    () => chats.saveUserMessage(message),
    () => chats.saveAssistantMessage(message),
    () => chats.saveSystemMessage(message),
    () => chats.saveToolMessage(message),
    () => chats.setActiveLeaf(conversationId, conversationId),
    () => chats.getMessages({ conversationId }),
    () => chats.getMessage(conversationId, conversationId),
    () => chats.getActivePath({ conversationId }),
    () => chats.getSiblings({ conversationId, messageId: conversationId }),
    () => chats.buildContext({ conversationId, maxTokens: 100 }),
    () => chats.getLastNMessages(conversationId, 1),
    () => chats.getMessageCount(conversationId),
    () => chats.countByRole(conversationId),
    () => chats.getBySource({ source: 'web', conversationId }),
    () => chats.exportConversation(conversationId),
  ];
}
