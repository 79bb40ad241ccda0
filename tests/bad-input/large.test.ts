import { Conversations } from '@keelson/conversations';
import { ValidationError } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { refusalOf } from '../support/refusal.ts';

const MEGABYTE = 1_000_000;
/** What a message may have, in UTF-16 units. */
const LONGEST = 4_194_304;

describeEngines('messages of many megabytes', (context) => {
  async function setUp() {
    const chats = new Conversations(await context.open(), 'ada');
    const { id } = await chats.createConversation();
    return { chats, id };
  }

  it('that are too large are refused with the limit, and nothing is left of them', async () => {
    const { chats, id } = await setUp();
    const first = await chats.saveUserMessage({ conversationId: id, content: 'small', requestId: 'r1' });
    const tooLarge = [
      { content: 'x'.repeat(10 * MEGABYTE) },
      { content: 'x'.repeat(LONGEST + 1) },
      { content: '', parts: [{ type: 'text' as const, text: 'x'.repeat(10 * MEGABYTE) }] },
      {
        content: 'small',
        parts: [{ type: 'data' as const, name: 'big', data: { deep: ['x'.repeat(10 * MEGABYTE)] } }],
      },
      { content: 'small', metadata: { big: 'x'.repeat(10 * MEGABYTE) } },
      { content: 'small', requestId: 'x'.repeat(10 * MEGABYTE) },
    ];
    for (const input of tooLarge) {
      const error = await refusalOf(chats.saveUserMessage({ conversationId: id, ...input }));
      expect(error).toBeInstanceOf(ValidationError);
      expect(error).toMatchObject({ code: 'VALIDATION' });
      expect(error.message).toMatch(/at most [\d,]+ characters/);
      // The message says what is wrong and doesn't repeat it.
      expect(error.message.length).toBeLessThan(500);
    }
    expect(await chats.getMessageCount(id)).toBe(1);
    expect((await chats.saveUserMessage({ conversationId: id, content: 'next' })).parentId).toBe(first.id);
  });

  it.each([
    ['of one byte a character', 'x'.repeat(LONGEST)],
    ['of two bytes a character', 'é'.repeat(LONGEST)],
    ['of three bytes a character', '東'.repeat(LONGEST)],
    ['of characters outside the basic plane', '👩'.repeat(LONGEST / 2)],
    ['of what has to be escaped', '"\\\n'.repeat(LONGEST / 3).padEnd(LONGEST, "'")],
  ])('that are as large as they may be come back as they went (%s)', async (_, content) => {
    const { chats, id } = await setUp();
    const saved = await chats.saveUserMessage({ conversationId: id, content });
    expect(saved.content.length).toBe(LONGEST);
    const [read] = await chats.getLastNMessages(id, 1);
    // Not with toEqual, which would print megabytes where they differ.
    expect(read?.content === content).toBe(true);
    const { messages } = await chats.exportConversation(id);
    expect(messages[0]?.content === content).toBe(true);
  });

  it('keep their order among small ones', async () => {
    const { chats, id } = await setUp();
    const contents = ['a', 'b'.repeat(3 * MEGABYTE), 'c', 'd'.repeat(2 * MEGABYTE), 'e'];
    await Promise.all(contents.map((content) => chats.saveUserMessage({ conversationId: id, content })));
    const messages = await chats.getLastNMessages(id, 10);
    expect(messages.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    expect(messages.map(({ content }) => `${content[0]} ${content.length}`).toSorted()).toEqual(
      contents.map((content) => `${content[0]} ${content.length}`).toSorted(),
    );
  });
});
