import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { Conversations } from '../../src/index.ts';
import { samples } from './samples.ts';

describeEngines('importing each format', (context) => {
  const open = async () => {
    const chats = new Conversations(await context.open(), 'ada');
    const everything = async () =>
      (await chats.listConversations({ status: ['ACTIVE', 'ARCHIVED', 'CLOSED'], limit: 100 })).items;
    return { chats, everything };
  };
  const asLines = (elements: Readonly<Record<string, object>>): string[] =>
    Object.values(elements).map((element) => `${JSON.stringify(element)}\n`);

  it('tells them apart in one file, stores nothing twice, and adds only what a longer one has more', async () => {
    const { chats, everything } = await open();
    const file = asLines(samples());
    expect(await chats.importConversations(file)).toMatchObject({
      created: { conversations: 6, messages: 12 },
      failed: 0,
    });
    expect(new Set((await everything()).map(({ source }) => source))).toEqual(new Set(Object.keys(samples())));
    expect(await chats.importConversations(file)).toMatchObject({
      created: { conversations: 0, messages: 0 },
      duplicates: 12,
      failed: 0,
    });
    for (const extra of [2, 5]) {
      expect(await chats.importConversations([JSON.stringify(Object.values(samples(extra)))])).toMatchObject({
        created: { conversations: 0, messages: extra === 2 ? 12 : 18 },
        failed: 0,
      });
    }
    for (const { id, messageCount } of await everything()) {
      expect(messageCount).toBe(7);
      const messages = await chats.getLastNMessages(id, 10);
      expect(messages.map(({ content }) => content)).toEqual([
        'Time?',
        'Noon.',
        ...Array.from({ length: 5 }, (_, n) => `more ${n}`),
      ]);
      expect(messages.map(({ parentId }) => parentId)).toEqual([null, ...messages.slice(0, -1).map((each) => each.id)]);
    }
    // The shorter file again finds itself in the longer one.
    expect(await chats.importConversations(file)).toMatchObject({ created: { messages: 0 }, failed: 0 });
  });

  it('makes a branch of what goes on otherwise, when the beginning is there as a conversation of its own', async () => {
    const { chats, everything } = await open();
    const chat = (...contents: string[]) =>
      JSON.stringify({
        messages: contents.map((content, n) => ({ role: n % 2 === 0 ? 'user' : 'assistant', content })),
      });
    await chats.importConversations([[chat('a', 'b'), chat('a', 'b', 'c'), chat('a', 'b', 'd')].join('\n')]);
    const [only, ...others] = await everything();
    expect(others).toEqual([]);
    const messages = await chats.getLastNMessages(only!.id, 10);
    expect(messages.map(({ content }) => content)).toEqual(['a', 'b', 'c', 'd']);
    expect(messages[3]?.parentId).toBe(messages[1]?.id);
    // Two that only begin alike stay two.
    await chats.importConversations([[chat('x', 'y', 'z'), chat('x', 'y', 'w')].join('\n')]);
    expect(await everything()).toHaveLength(3);
  });

  it('says which formats it may be when several fit, and takes the one that is named', async () => {
    const { chats } = await open();
    const both = { ...samples()['openai'], ...samples()['sharegpt'] };
    const file = [JSON.stringify([both])];
    await expect(chats.importConversations(file)).rejects.toMatchObject({
      code: 'IMPORT_FORMAT',
      message: expect.stringContaining('may be openai or sharegpt') as unknown,
      hint: expect.stringContaining('--format') as unknown,
    });
    const mixed = [JSON.stringify([both, samples()['librechat']])];
    expect(await chats.importConversations(mixed)).toMatchObject({
      created: { conversations: 1 },
      failed: 1,
      errors: [{ index: 0, code: 'AMBIGUOUS_FORMAT' }],
    });
    expect(await chats.importConversations(file, { format: 'sharegpt' })).toMatchObject({
      created: { conversations: 1, messages: 2 },
    });
    await expect(chats.importConversations(file, { format: 'librechat' })).rejects.toThrow('of the format librechat');
  });

  it('reads one conversation that goes over many lines, and a list within an object', async () => {
    const { chats } = await open();
    const { librechat, openai } = samples();
    expect(await chats.importConversations([JSON.stringify(librechat, null, 2)])).toMatchObject({
      created: { conversations: 1, messages: 2 },
      failed: 0,
    });
    const wrapped = `{ "items" :\n[${JSON.stringify(librechat)},\n${JSON.stringify(openai)}]\n}\n`;
    expect(await chats.importConversations(wrapped.split(/(?=.)/su))).toMatchObject({
      created: { conversations: 1, messages: 2 },
      duplicates: 2,
      failed: 0,
    });
    expect(await chats.importConversations([`{"items":[${JSON.stringify(openai)}`])).toMatchObject({
      failed: 1,
      errors: [{ index: 1, code: 'TRUNCATED' }],
    });
  });

  it('reads ShareGPT’s own lists of items, and ChatGPT’s list inside an object', async () => {
    const { chats } = await open();
    const { chatgpt, sharegpt } = samples() as Record<string, Record<string, unknown>>;
    const own = { items: sharegpt?.['conversations'] };
    expect(await chats.importConversations([`${JSON.stringify(own)}\n${JSON.stringify(sharegpt)}\n`])).toMatchObject({
      created: { conversations: 1, messages: 2 },
      duplicates: 2,
      failed: 0,
    });
    const list = { conversations: [chatgpt, { ...chatgpt, id: 'chatgpt-2' }, { mapping: 1 }] };
    expect(await chats.importConversations([JSON.stringify(list)])).toMatchObject({
      created: { conversations: 2, messages: 4 },
      errors: [{ index: 2, code: 'NOT_A_CONVERSATION' }],
    });
  });

  it('says of single messages what they are, and of content that it does not know that it kept it', async () => {
    const { chats } = await open();
    const { openai } = samples();
    const tree = { message_id: 'm', message_tree_id: 't', parent_id: null, text: 'Hi', role: 'prompter' };
    const dream = { messages: [{ role: 'user', content: [{ type: 'dream', of: 'sheep' }, { type: 'dream' }] }] };
    const report = await chats.importConversations(
      [tree, { role: 'user', content: 'Hi' }, dream, openai].map((element) => `${JSON.stringify(element)}\n`),
    );
    expect(report).toMatchObject({
      failed: 2,
      unknownContent: [{ format: 'openai', kind: 'dream', count: 2 }],
      detailsLeftOut: 0,
    });
    expect(report.errors.map(({ message }) => message)).toEqual([
      expect.stringContaining('a single message of OpenAssistant') as string,
      expect.stringContaining('{"messages": […]}') as string,
    ]);
  });
});
