import { describeEngines } from '@keelson/db-core/testing';
import { HumanMessage } from '@langchain/core/messages';
import type { UIMessage } from 'ai';
import { expect, it } from 'vitest';
import { KeelsonChat } from '../../src/ai-sdk/index.ts';
import { ConversationClosedError, ConversationColdError, Conversations } from '../../src/index.ts';
import { KeelsonChatMessageHistory } from '../../src/langchain/index.ts';
import { KeelsonSession } from '../../src/openai-agents/index.ts';

const says = (id: string, text: string): UIMessage => ({ id, role: 'user', parts: [{ type: 'text', text }] });

describeEngines('a conversation in cold storage', (context) => {
  it('is read by no adapter, and brought back by whatever changes it, as by saving a message', async () => {
    const database = await context.open();
    const chats = new Conversations(database, 'ada');
    const { id } = await chats.createConversation();
    const history = new KeelsonChatMessageHistory(database, 'ada', id);
    const chat = new KeelsonChat(database, 'ada', id);
    const session = new KeelsonSession(database, 'ada', id);
    await chat.save([says('a', 'one')]);

    const changes = {
      'langchain: addMessages': () => history.addMessages([new HumanMessage({ id: 'b', content: 'two' })]),
      'langchain: what is there': () => history.addMessages([new HumanMessage({ id: 'b', content: 'two' })]),
      'ai-sdk: saveMessage': () => chat.saveMessage(says('c', 'three')),
      'ai-sdk: save': async () => chat.save([says('a', 'one')]),
      'openai-agents: addItems': () => session.addItems([{ role: 'user', content: 'four' }]),
      'openai-agents: popItem': () => session.popItem(),
      'langchain: clear': () => history.clear(),
      'openai-agents: clearSession': () => session.clearSession(),
    };
    const texts: Record<string, string[]> = {};
    for (const [name, change] of Object.entries(changes)) {
      await chats.freezeConversation(id);
      for (const read of [() => history.getMessages(), () => chat.load(), () => session.getItems()])
        await expect(read(), name).rejects.toThrow(ConversationColdError);
      await change();
      expect(await chats.getConversation(id), name).toMatchObject({ isCold: false });
      texts[name] = (await history.getMessages()).map(({ text }) => text);
    }
    expect(texts).toEqual({
      'langchain: addMessages': ['one', 'two'],
      'langchain: what is there': ['one', 'two'],
      'ai-sdk: saveMessage': ['one', 'two', 'three'],
      'ai-sdk: save': ['one'],
      'openai-agents: addItems': ['one', 'four'],
      'openai-agents: popItem': ['one'],
      'langchain: clear': [],
      'openai-agents: clearSession': [],
    });

    await chats.closeConversation(id);
    await chats.freezeConversation(id);
    for (const change of [
      () => history.addMessage(new HumanMessage('late')),
      () => chat.saveMessage(says('d', 'late')),
      () => session.addItems([{ role: 'user', content: 'late' }]),
    ])
      await expect(change()).rejects.toThrow(ConversationClosedError);
    // The refusal takes back what it did on the way.
    expect(await chats.getConversation(id)).toMatchObject({ isCold: true });
  });
});
