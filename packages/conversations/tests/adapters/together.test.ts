import { describeEngines } from '@keelson/db-core/testing';
import { AIMessage, HumanMessage, ToolMessage } from '@langchain/core/messages';
import { protocol } from '@openai/agents-core';
import { convertToModelMessages, safeValidateUIMessages, type UIMessage } from 'ai';
import { expect, it } from 'vitest';
import { KeelsonChat } from '../../src/ai-sdk/index.ts';
import { Conversations } from '../../src/index.ts';
import { KeelsonChatMessageHistory } from '../../src/langchain/index.ts';
import { KeelsonSession } from '../../src/openai-agents/index.ts';
import * as wholeExports from '../import/whole-exports.ts';

describeEngines('one conversation', (context) => {
  it('is given by each adapter in its own shape, whichever saved it', async () => {
    const database = await context.open();
    const { id } = await new Conversations(database, 'ada').createConversation();
    const history = new KeelsonChatMessageHistory(database, 'ada', id);
    const chat = new KeelsonChat(database, 'ada', id);
    const session = new KeelsonSession(database, 'ada', id);
    const call = { id: 'call-1', name: 'weather', args: { city: 'Oslo' } };
    await history.addMessages([
      new HumanMessage('Weather?'),
      new AIMessage({ content: '', tool_calls: [{ type: 'tool_call', ...call }] }),
      new ToolMessage({ content: '4 °C', tool_call_id: 'call-1' }),
    ]);
    const answer: UIMessage = { id: 'a', role: 'assistant', parts: [{ type: 'text', text: 'Cold.' }] };
    await chat.saveMessage(answer);
    await chat.saveMessage({ id: 'b', role: 'assistant', parts: [] }, { status: 'aborted' });
    await session.addItems([{ role: 'user', content: 'Thanks.' }]);

    const loaded = await chat.load();
    expect(await safeValidateUIMessages({ messages: loaded })).toMatchObject({ success: true });
    expect(loaded.map(({ role, parts }) => [role, parts])).toMatchObject([
      ['user', [{ type: 'text', text: 'Weather?' }]],
      ['assistant', [{ type: 'dynamic-tool', toolName: 'weather', state: 'output-available', output: '4 °C' }]],
      ['assistant', answer.parts],
      ['assistant', []],
      ['user', [{ type: 'text', text: 'Thanks.' }]],
    ]);
    expect((await history.getMessages()).map((message) => [message.getType(), message.text])).toEqual([
      ['human', 'Weather?'],
      ['ai', ''],
      ['tool', '4 °C'],
      ['ai', 'Cold.'],
      ['human', 'Thanks.'],
    ]);
    expect((await session.getItems()).map((item) => item.type ?? 'message')).toEqual([
      'message',
      'function_call',
      'function_call_result',
      'message',
      'message',
    ]);
  });

  it('of another program is valid for each library', async () => {
    const database = await context.open();
    const chats = new Conversations(database, 'ada');
    const elements = Object.values(wholeExports).map((make) => JSON.stringify(make()));
    const report = await chats.importConversations([elements.join('\n')]);
    expect(report).toMatchObject({ created: { conversations: elements.length }, failed: 0 });
    for (const { id } of (await chats.listConversations({ status: ['ACTIVE', 'ARCHIVED'] })).items) {
      const loaded = await new KeelsonChat(database, 'ada', id).load();
      expect(await safeValidateUIMessages({ messages: loaded })).toMatchObject({ success: true });
      expect(await convertToModelMessages(loaded)).not.toEqual([]);
      const items = await new KeelsonSession(database, 'ada', id).getItems();
      for (const item of items) expect(protocol.ModelItem.safeParse(item).error).toBeUndefined();
      const messages = await new KeelsonChatMessageHistory(database, 'ada', id).getMessages();
      expect(messages.length).toBeGreaterThan(1);
      for (const message of messages) expect(message.contentBlocks).toBeInstanceOf(Array);
    }
  });
});
