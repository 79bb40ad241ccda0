import { newId } from '@keelson/db-core';
import { describeEngine, type TestOpenOptions } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { ConversationNotFoundError, Conversations, demoExportPath } from '../src/index.ts';

const options: TestOpenOptions = { env: { DATABASE_ROW_SECURITY: 'true' } };

// All tests of this package can be run so, with KEELSON_TEST_ROW_SECURITY=true; these few always are.
describeEngine('postgres', 'conversations under row security', (context) => {
  it('live as they do without', async () => {
    const database = await context.open(options);
    const [ada, eve] = [new Conversations(database, 'ada'), new Conversations(database, 'eve')];
    const { id } = await ada.createConversation({ title: 'Chat' });
    const hello = { conversationId: id, content: 'Hello', requestId: newId() };
    const first = await ada.saveUserMessage(hello);
    expect(await ada.saveUserMessage(hello)).toEqual(first);
    const answers = Array.from({ length: 20 }, (_, number) => `answer ${number}`);
    await Promise.all(answers.map((content) => ada.saveAssistantMessage({ conversationId: id, content })));
    const { items } = await ada.getMessages({ conversationId: id, limit: 100 });
    expect(items.map(({ seq }) => seq)).toEqual(Array.from({ length: 21 }, (_, number) => number + 1));
    expect(await ada.countByRole(id)).toMatchObject({ user: 1, assistant: 20 });
    expect((await ada.renameConversation(id, 'Talk')).title).toBe('Talk');
    await expect(eve.getConversation(id)).rejects.toThrow(ConversationNotFoundError);
    await expect(eve.saveUserMessage({ conversationId: id, content: 'Hello' })).rejects.toThrow(
      ConversationNotFoundError,
    );
    await ada.deleteConversation(id);
    await expect(ada.getConversation(id)).rejects.toThrow(ConversationNotFoundError);
  });

  it('come in by bulk, the same file for two users', async () => {
    const database = await context.open(options);
    for (const user of ['ada', 'eve']) {
      const chats = new Conversations(database, user);
      expect((await chats.importConversations(demoExportPath())).created).toEqual({ conversations: 4, messages: 28 });
      expect((await chats.importConversations(demoExportPath())).duplicates).toBe(28);
    }
  });
});
