import type { Database } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { InMemoryChatMessageHistory } from '@langchain/core/chat_history';
import {
  AIMessage,
  AIMessageChunk,
  type BaseMessage,
  ChatMessage,
  FunctionMessage,
  HumanMessage,
  SystemMessage,
  ToolMessage,
} from '@langchain/core/messages';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ConversationNotFoundError, Conversations } from '../../src/index.ts';
import { KeelsonChatMessageHistory } from '../../src/langchain/index.ts';
import { anyId, anyJson, anyObject, anyText, fewRuns, record } from './values.ts';

const block = fc.oneof(
  record({ type: fc.constant('text'), text: anyText }, { cache_control: anyObject }),
  record({ type: fc.constant('image_url'), image_url: fc.oneof(fc.webUrl(), record({ url: fc.webUrl() })) }),
  record({ type: fc.constant('image'), mimeType: fc.constant('image/png'), data: anyText }),
  record({ type: fc.constant('image'), mimeType: fc.constant('image/png'), data: fc.uint8Array({ maxLength: 8 }) }),
  record({ type: fc.constant('reasoning'), reasoning: anyText }),
  record({ type: fc.constant('thinking'), thinking: anyText, signature: anyText }),
  record({ type: fc.constant('file'), url: fc.webUrl() }, { mimeType: fc.constant('text/plain') }),
  record({ type: fc.constant('what_comes_next'), value: anyJson }),
);
const content = fc.oneof(anyText, fc.array(block, { maxLength: 4 })) as fc.Arbitrary<string>;
const shared = { name: anyText, additional_kwargs: anyObject, response_metadata: anyObject };
const toolCall = record({ type: fc.constant('tool_call' as const), name: anyId, args: anyObject }, { id: anyId });
const usage = fc.record({ input_tokens: fc.nat(), output_tokens: fc.nat(), total_tokens: fc.nat() });

type Id = string | undefined;
type Make = (id: Id) => BaseMessage;

/** With the id left open, since two messages with one id are for LangChain's own history two. */
const anyMessage: fc.Arbitrary<Make> = fc.oneof(
  record({ content }, shared).map((fields) => (id: Id) => new HumanMessage(withId(fields, id))),
  record({ content }, shared).map((fields) => (id: Id) => new SystemMessage(withId(fields, id))),
  record({ content }, { ...shared, tool_calls: fc.array(toolCall, { maxLength: 3 }), usage_metadata: usage }).map(
    (fields) => (id: Id) => new AIMessage(withId(fields, id) as never),
  ),
  record(
    { content: anyText },
    { tool_call_chunks: fc.constant([{ name: 'a', args: '{"b":', id: 'c', index: 0 }]) },
  ).map((fields) => (id: Id) => new AIMessageChunk(withId(fields, id) as never)),
  record(
    { content, tool_call_id: anyId },
    { ...shared, status: fc.constantFrom('success' as const, 'error' as const), artifact: anyJson },
  ).map((fields) => (id: Id) => new ToolMessage(withId(fields, id))),
  record({ content: anyText, name: anyId }).map((fields) => (id: Id) => new FunctionMessage(withId(fields, id))),
  record({ content, role: fc.constantFrom('user', 'critic') }).map(
    (fields) => (id: Id) => new ChatMessage(withId(fields, id)),
  ),
);

/** The constructors write into what they are given. */
function withId<T extends object>(fields: T, id: string | undefined): T {
  return { ...structuredClone(fields), ...(id === undefined ? {} : { id }) };
}

/** All that a message says, and of which class it is. */
function shown(messages: readonly BaseMessage[]): unknown {
  return messages.map((message) => {
    const { lc_kwargs: _, ...fields } = message;
    return { ...fields, class: message.lc_id, type: message.getType() };
  });
}

type Step =
  | { readonly kind: 'add'; readonly makes: readonly (readonly [Make, boolean])[] }
  | { readonly kind: 'clear' };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('add' as const),
      makes: fc.array(fc.tuple(anyMessage, fc.boolean()), { maxLength: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('clear' as const) }) },
);

describeEngines('a history of LangChain', (context) => {
  async function setUp(open?: Database) {
    const database = open ?? (await context.open());
    const chats = new Conversations(database, 'ada');
    const { id } = await chats.createConversation();
    return { database, chats, id, history: new KeelsonChatMessageHistory(database, 'ada', id) };
  }

  it('does what LangChain’s own history does', async () => {
    const database = await context.open();
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 1, maxLength: 8 }), async (steps) => {
        const { history } = await setUp(database);
        const expected = new InMemoryChatMessageHistory();
        let count = 0;
        for (const step of steps) {
          if (step.kind === 'clear') {
            await Promise.all([history.clear(), expected.clear()]);
            continue;
          }
          const messages = step.makes.map(([make, hasId]) => make(hasId ? `id ${(count += 1)}` : undefined));
          const [first] = messages;
          if (first !== undefined && messages.length === 1)
            await Promise.all([history.addMessage(first), expected.addMessage(first)]);
          else await Promise.all([history.addMessages(messages), expected.addMessages(messages)]);
          expect(shown(await history.getMessages())).toEqual(shown(await expected.getMessages()));
        }
        expect(shown(await history.getMessages())).toEqual(shown(await expected.getMessages()));
      }),
      fewRuns,
    );
  });

  it('has a message once that is added again, but both of two that share an id', async () => {
    const { history } = await setUp();
    const question = new HumanMessage({ id: 'q', content: 'What changed?' });
    const answers = ['Two things.', 'Three things.'].map((content) => new AIMessage({ id: 'a', content }));
    await history.addMessages([question, ...answers]);
    await history.addMessages([question, ...answers]);
    const all = await history.getMessages();
    expect(all.map(({ text }) => text)).toEqual(['What changed?', 'Two things.', 'Three things.']);
    await history.clear();
    await history.addMessages([question]);
    await history.addMessages([question]);
    expect(shown(await history.getMessages())).toEqual(shown([question]));
  });

  it('leaves what was cleared behind as another branch', async () => {
    const { chats, id, history } = await setUp();
    await history.addUserMessage('one');
    await history.addAIMessage('two');
    const { items: before } = await chats.getMessages({ conversationId: id });
    await history.clear();
    await history.clear();
    await history.addUserMessage('three');
    const { items: after } = await chats.getMessages({ conversationId: id });
    expect(after.slice(0, 2)).toEqual(before);
    expect(after.map(({ content }) => content)).toEqual(['one', 'two', '', 'three']);
    const { messages } = await chats.buildContext({ conversationId: id, maxTokens: 1_000 });
    expect(messages.map(({ content }) => content)).toEqual(['three']);
    await chats.setActiveLeaf(id, before[1]?.id ?? '');
    expect((await history.getMessages()).map(({ text }) => text)).toEqual(['one', 'two']);
  });

  it('loses nothing when two write at once, and keeps their batches together', async () => {
    const { database, id, history } = await setUp();
    const other = new KeelsonChatMessageHistory(database, 'ada', id);
    const batches = Array.from({ length: 8 }, (_, batch) => [`${batch} asks`, `${batch} is answered`]);
    await Promise.all(
      batches.map(([asks = '', answer = ''], index) =>
        (index % 2 === 0 ? history : other).addMessages([new HumanMessage(asks), new AIMessage(answer)]),
      ),
    );
    const texts = (await history.getMessages()).map(({ text }) => text);
    expect(texts).toHaveLength(16);
    for (let at = 0; at < texts.length; at += 2) expect(batches).toContainEqual(texts.slice(at, at + 2));
  });

  it('tells Keelson the model, its tokens and its tools', async () => {
    const { chats, id, history } = await setUp();
    await history.addMessages([
      new HumanMessage('Weather?'),
      new AIMessage({
        content: '',
        tool_calls: [{ type: 'tool_call', id: 'call-1', name: 'weather', args: { city: 'Oslo' } }],
        usage_metadata: { input_tokens: 5, output_tokens: 7, total_tokens: 12 },
        response_metadata: { model_name: 'gpt-5' },
      } as never),
      new ToolMessage({ tool_call_id: 'call-1', content: '4 °C', status: 'error' }),
    ]);
    const { items } = await chats.getMessages({ conversationId: id });
    expect(items.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool']);
    expect(items[1]).toMatchObject({ modelName: 'gpt-5', tokens: 12 });
    expect(items[1]?.parts).toEqual([
      { type: 'tool-call', toolName: 'weather', toolCallId: 'call-1', input: { city: 'Oslo' } },
    ]);
    expect(items[2]?.parts).toEqual([{ type: 'tool-result', toolCallId: 'call-1', isError: true }]);
  });

  it('gives messages that were saved in other ways', async () => {
    const { chats, id, history } = await setUp();
    await chats.saveSystemMessage({ conversationId: id, content: 'Be brief.' });
    await chats.saveUserMessage({
      conversationId: id,
      content: 'What is this?',
      parts: [{ type: 'attachment', mediaType: 'image/png', url: 'https://example.org/a.png' }],
    });
    const parts = [{ type: 'tool-call', toolName: 'look', toolCallId: 'call-1', input: { at: 1 } }] as const;
    await chats.saveAssistantMessage({ conversationId: id, content: 'I look.', parts });
    await chats.saveToolMessage({ conversationId: id, content: 'a cat' });
    const messages = await history.getMessages();
    expect(messages.map((message) => message.getType())).toEqual(['system', 'human', 'ai', 'tool']);
    expect(messages[1]?.content).toEqual([
      { type: 'text', text: 'What is this?' },
      { type: 'image_url', image_url: { url: 'https://example.org/a.png' } },
    ]);
    expect(messages[2]).toMatchObject({ tool_calls: [{ id: 'call-1', name: 'look', args: { at: 1 } }] });
    expect(messages[3]?.text).toBe('a cat');
  });

  it('is the user’s own', async () => {
    const { database, id } = await setUp();
    const foreign = new KeelsonChatMessageHistory(database, 'eve', id);
    await expect(foreign.getMessages()).rejects.toThrow(ConversationNotFoundError);
    await expect(foreign.addUserMessage('hello')).rejects.toThrow(ConversationNotFoundError);
    await expect(foreign.clear()).rejects.toThrow(ConversationNotFoundError);
  });
});
