import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { Conversations } from '../src/index.ts';

describeEngines('saveMessage', (context) => {
  it('tells the first save of a request from its repetition', async () => {
    const chats = new Conversations(await context.open(), 'ada');
    const { id: conversationId } = await chats.createConversation();
    const input = { conversationId, role: 'tool', content: '42', requestId: 'req-1' } as const;
    const first = await chats.saveMessage(input);
    const second = await chats.saveMessage(input);
    expect(first).toMatchObject({ isNew: true, message: { role: 'tool', seq: 1 } });
    expect(second).toEqual({ isNew: false, message: first.message });
  });

  it('counts a partial answer that grows as the same message', async () => {
    const chats = new Conversations(await context.open(), 'ada');
    const { id: conversationId } = await chats.createConversation();
    const input = { conversationId, role: 'assistant', requestId: 'req-1' } as const;
    await chats.saveMessage({ ...input, content: 'It', status: 'partial' });
    const grown = await chats.saveMessage({ ...input, content: 'It works.' });
    expect(grown).toMatchObject({ isNew: false, message: { content: 'It works.', status: 'complete', seq: 1 } });
  });

  it('refuses a role that there is not', async () => {
    const chats = new Conversations(await context.open(), 'ada');
    const { id: conversationId } = await chats.createConversation();
    const input = { conversationId, role: 'narrator' as 'user', content: 'Once upon a time' };
    await expect(chats.saveMessage(input)).rejects.toMatchObject({ code: 'VALIDATION' });
  });
});
