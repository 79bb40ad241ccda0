import { Conversations } from '@keelson/conversations';
import type { DatabaseEvent } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';

type Statements = Readonly<Record<string, number>>;

describeEngines('the number of statements', (context) => {
  /** How many statements each reading method takes when there is so much to read. */
  async function statementsWith(size: number): Promise<Statements> {
    const events: DatabaseEvent[] = [];
    const database = await context.open({ onEvent: (event) => events.push(event) });
    const chats = new Conversations(database, 'ada');
    const conversation = await chats.createConversation({ title: 'long' });
    for (let number = 1; number < size; number += 1) await chats.createConversation({ title: `other ${number}` });
    for (let number = 0; number < size; number += 1) {
      await chats.saveUserMessage({
        conversationId: conversation.id,
        content: `message ${number}`,
        metadata: { source: 'test' },
      });
    }
    const reads: Readonly<Record<string, () => Promise<unknown>>> = {
      getConversation: () => chats.getConversation(conversation.id),
      listConversations: () => chats.listConversations({ limit: 100 }),
      getMessages: () => chats.getMessages({ conversationId: conversation.id, limit: 100 }),
      getLastNMessages: () => chats.getLastNMessages(conversation.id, 50),
      getMessageCount: () => chats.getMessageCount(conversation.id),
      countByRole: () => chats.countByRole(conversation.id),
      getBySource: () => chats.getBySource({ source: 'test', limit: 100 }),
      append: () => chats.saveUserMessage({ conversationId: conversation.id, content: 'one more' }),
    };
    const counts: Record<string, number> = {};
    for (const [name, read] of Object.entries(reads)) {
      events.length = 0;
      await read();
      counts[name] = events.filter(({ type }) => type === 'query').length;
    }
    return counts;
  }

  it('does not depend on how much there is', async () => {
    const few = await statementsWith(3);
    expect(await statementsWith(60)).toEqual(few);
    for (const [name, count] of Object.entries(few)) expect(count, name).toBeLessThanOrEqual(2);
  });
});
