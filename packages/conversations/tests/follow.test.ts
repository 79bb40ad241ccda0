import { newId, ValidationError } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { ConversationNotFoundError, Conversations, type ConversationUpdate } from '../src/index.ts';

describeEngines('following a conversation', (context) => {
  async function setUp() {
    const database = await context.open();
    const chats = new Conversations(database, 'ada');
    const { id } = await chats.createConversation({ title: 'Talk' });
    return { database, chats, id, after: await database.changes.position() };
  }

  /** What comes until the condition holds. */
  async function updatesUntil(
    updates: AsyncIterable<ConversationUpdate>,
    isEnough: (seen: readonly ConversationUpdate[]) => boolean,
  ): Promise<ConversationUpdate[]> {
    const seen: ConversationUpdate[] = [];
    for await (const update of updates) {
      seen.push(update);
      if (isEnough(seen)) break;
    }
    return seen;
  }

  const contents = (seen: readonly ConversationUpdate[]): string[] =>
    seen.flatMap(({ messages }) => messages.map(({ content }) => content));

  it('tells of messages, of answers that grow, and of the conversation, but of no other', async () => {
    const { chats, id, after } = await setUp();
    const other = await chats.createConversation({});
    await chats.saveUserMessage({ conversationId: other.id, content: 'elsewhere' });
    await chats.saveUserMessage({ conversationId: id, content: 'Hello' });
    const updates = chats.follow({ conversationId: id, after });
    const first = await updatesUntil(updates, (seen) => contents(seen).length === 1);
    expect(contents(first)).toEqual(['Hello']);
    const answer = { conversationId: id, requestId: 'r1' };
    const rest = updatesUntil(
      chats.follow({ conversationId: id, after: first.at(-1)!.position }),
      (seen) =>
        contents(seen).includes('Hello there') && seen.some(({ conversation }) => conversation?.title === 'New'),
    );
    await chats.saveAssistantMessage({ ...answer, content: 'Hel', status: 'partial' });
    await chats.saveAssistantMessage({ ...answer, content: 'Hello there' });
    await chats.renameConversation(id, 'New');
    const told = contents(await rest);
    expect(told.at(-1)).toBe('Hello there');
    expect(new Set(told)).toEqual(new Set(told.includes('Hel') ? ['Hel', 'Hello there'] : ['Hello there']));
  });

  it('ends when the conversation is deleted, and when it is erased', async () => {
    const { chats, id } = await setUp();
    for (const end of [chats.deleteConversation.bind(chats), chats.eraseConversation.bind(chats)]) {
      const conversation = await chats.createConversation({ title: 'Short' });
      const following = updatesUntil(chats.follow({ conversationId: conversation.id }), () => false).catch(
        (error: unknown) => error,
      );
      // Until it has begun there is nothing to end.
      await chats.saveUserMessage({ conversationId: id, content: 'elsewhere' });
      await end(conversation.id);
      const told = await following;
      if (Array.isArray(told)) expect(told.at(-1)).toMatchObject({ isDeleted: true, conversation: null, messages: [] });
      else expect(told).toBeInstanceOf(ConversationNotFoundError);
    }
  });

  it('refuses conversations of others, and positions that are none', async () => {
    const { database, id } = await setUp();
    const eve = new Conversations(database, 'eve');
    await expect(eve.follow({ conversationId: id }).next()).rejects.toThrow(ConversationNotFoundError);
    await expect(eve.follow({ conversationId: newId() }).next()).rejects.toThrow(ConversationNotFoundError);
    const ada = new Conversations(database, 'ada');
    await expect(ada.follow({ conversationId: id, after: 'nonsense' }).next()).rejects.toThrow(ValidationError);
  });
});
