import type { Database } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { convertToModelMessages, safeValidateUIMessages, type UIMessage } from 'ai';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { KeelsonChat } from '../../src/ai-sdk/index.ts';
import { ConversationNotFoundError, Conversations } from '../../src/index.ts';
import { anyId, anyJson, anyObject, anyText, fewRuns, record } from './values.ts';

const state = fc.constantFrom('streaming', 'done');
const providerMetadata = fc.dictionary(fc.constantFrom('openai', 'anthropic'), anyObject, { noNullPrototype: true });
const named = { type: fc.constantFrom('tool-weather', 'tool-search'), toolCallId: anyId };
const dynamic = { type: fc.constant('dynamic-tool'), toolName: anyId, toolCallId: anyId };

const tool = fc.constantFrom(named, dynamic as never).chain((call: typeof named) =>
  fc.oneof(
    record({ ...call, state: fc.constant('input-streaming') }, { input: anyJson, rawInput: anyText }),
    record({ ...call, state: fc.constant('input-available'), input: anyJson }, { providerExecuted: fc.boolean() }),
    record({
      ...call,
      state: fc.constant('approval-requested'),
      input: anyJson,
      approval: record({ id: anyId }),
    }),
    record({ ...call, state: fc.constant('output-available'), input: anyJson, output: anyJson }),
    record({ ...call, state: fc.constant('output-error'), input: anyJson, errorText: anyText }),
    record({
      ...call,
      state: fc.constant('output-denied'),
      input: anyJson,
      approval: record({ id: anyId, approved: fc.constant(false as const) }),
    }),
  ),
);

const anyPart = fc.oneof(
  record({ type: fc.constant('text'), text: anyText }, { state, providerMetadata }),
  record({ type: fc.constant('reasoning'), text: anyText }, { state, providerMetadata }),
  record({ type: fc.constant('file'), mediaType: anyText, url: fc.oneof(fc.webUrl(), anyText) }, { filename: anyText }),
  record({ type: fc.constant('source-url'), sourceId: anyId, url: fc.webUrl() }, { title: anyText }),
  record({ type: fc.constant('source-document'), sourceId: anyId, mediaType: anyText, title: anyText }),
  record({ type: fc.constant('step-start') }),
  record({ type: fc.constantFrom('data-weather', 'data-x'), data: anyJson }, { id: anyId }),
  tool,
) as fc.Arbitrary<UIMessage['parts'][number]>;

interface Said {
  readonly role: UIMessage['role'];
  readonly parts: UIMessage['parts'];
  readonly metadata?: unknown;
}

const anySaid: fc.Arbitrary<Said> = fc.oneof(
  record(
    { role: fc.constant('assistant' as const), parts: fc.array(anyPart, { maxLength: 5 }) },
    { metadata: anyJson },
  ),
  record(
    {
      role: fc.constantFrom('user' as const, 'system' as const),
      parts: fc.array(anyPart, { minLength: 1, maxLength: 3 }),
    },
    { metadata: anyJson },
  ),
);

interface Step {
  readonly kind: 'append' | 'instead' | 'cut' | 'edit';
  readonly at: number;
  readonly said: Said;
}

const kind = fc.constantFrom<Step['kind'][]>('append', 'append', 'append', 'instead', 'cut', 'edit');
const anyStep: fc.Arbitrary<Step> = fc.record({ kind, at: fc.nat(9), said: anySaid });

/** What a chat does: goes on, answers anew, goes back, says something else under the same id. */
function after(messages: readonly UIMessage[], step: Step, id: string): UIMessage[] {
  if (step.kind === 'append') return [...messages, { id, ...step.said }];
  if (step.kind === 'instead') return [...messages.slice(0, -1), { id, ...step.said }];
  const at = step.at % (messages.length + 1);
  if (step.kind === 'cut') return messages.slice(0, at);
  return messages.map((message, index) => (index === at ? { id: message.id, ...step.said } : message));
}

function text(id: string, role: UIMessage['role'], said: string): UIMessage {
  return { id, role, parts: [{ type: 'text', text: said }] };
}

describeEngines('a chat of the AI SDK', (context) => {
  async function setUp(open?: Database) {
    const database = open ?? (await context.open());
    const chats = new Conversations(database, 'ada');
    const { id } = await chats.createConversation();
    return { database, chats, id, chat: new KeelsonChat(database, 'ada', id) };
  }

  it('gives what was saved, whatever was added, replaced or taken away, and nothing is lost', async () => {
    const database = await context.open();
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 1, maxLength: 6 }), async (steps) => {
        const { chats, id, chat } = await setUp(database);
        let messages: UIMessage[] = [];
        for (const [index, step] of steps.entries()) {
          messages = after(messages, step, `message ${index}`);
          const { items: before } = await chats.getMessages({ conversationId: id, limit: 500 });
          await chat.save(messages);
          const loaded = await chat.load();
          expect(loaded).toEqual(messages);
          if (loaded.length > 0)
            expect(await safeValidateUIMessages({ messages: loaded })).toMatchObject({ success: true });
          const { items: now } = await chats.getMessages({ conversationId: id, limit: 500 });
          expect(now.slice(0, before.length)).toEqual(before);
          await chat.save(messages);
          expect(await chats.getMessageCount(id)).toBe(now.length);
        }
      }),
      fewRuns,
    );
  });

  it('keeps a partial answer, which grows under its id until it is finished', async () => {
    const { chats, id, chat } = await setUp();
    const question = text('q', 'user', 'Weather?');
    const call = { type: 'tool-weather', toolCallId: 'call-1', input: { city: 'Oslo' } } as const;
    const growing: UIMessage[] = [
      text('a', 'assistant', 'I'),
      text('a', 'assistant', 'I look.'),
      {
        ...text('a', 'assistant', 'I look.'),
        parts: [
          { type: 'text', text: 'I look.' },
          { ...call, state: 'input-available' },
        ],
      },
      {
        ...text('a', 'assistant', 'I look.'),
        parts: [
          { type: 'text', text: 'I look.' },
          { ...call, state: 'output-available', output: '4 °C' },
        ],
      },
    ];
    for (const answer of growing) {
      await chat.save([question, answer], { status: 'partial' });
      expect(await chat.load()).toEqual([question, answer]);
    }
    const [first, , , last] = growing as [UIMessage, UIMessage, UIMessage, UIMessage];
    await chat.save([question, last]);
    await chat.save([question, first], { status: 'partial' });
    expect(await chat.load()).toEqual([question, last]);
    const { items } = await chats.getMessages({ conversationId: id });
    expect(items.map(({ status }) => status)).toEqual(['complete', 'complete']);
    const { messages } = await chats.buildContext({ conversationId: id, maxTokens: 1_000 });
    expect(messages).toHaveLength(2);
    // What comes late takes nothing away from what followed.
    const next = text('q2', 'user', 'Thanks.');
    await chat.save([question, last, next]);
    await chat.save([question, last], { status: 'partial' });
    expect(await chat.load()).toEqual([question, last, next]);
  });

  it('keeps an answer that was cut off, and one that never began', async () => {
    const { chats, id, chat } = await setUp();
    const messages = [text('q', 'user', 'Tell me.'), { id: 'a', role: 'assistant' as const, parts: [] }];
    await chat.save(messages, { status: 'aborted' });
    expect(await chat.load()).toEqual(messages);
    await chat.save([...messages.slice(0, 1), text('b', 'assistant', 'Once')], { status: 'aborted' });
    const { items } = await chats.getMessages({ conversationId: id });
    expect(items.map(({ status }) => status)).toEqual(['complete', 'aborted', 'aborted']);
  });

  it('has an answer given anew as a sibling of the first', async () => {
    const { chats, id, chat } = await setUp();
    const question = text('q', 'user', 'A number?');
    await chat.save([question, text('a', 'assistant', 'One.')]);
    await chat.saveMessage(text('b', 'assistant', 'Two.'), { after: 'q' });
    expect(await chat.load()).toEqual([question, text('b', 'assistant', 'Two.')]);
    const { items } = await chats.getActivePath({ conversationId: id });
    expect(items[1]?.siblings).toEqual({ position: 2, count: 2 });
    await chat.saveMessage(text('c', 'user', 'Another?'));
    await chat.saveMessage(text('c', 'user', 'Another?'));
    expect((await chat.load()).map((message) => message.id)).toEqual(['q', 'b', 'c']);
    await expect(chat.saveMessage(text('d', 'user', 'x'), { after: 'unknown' })).rejects.toThrow('after');
    expect(await chats.getMessageCount(id)).toBe(4);
  });

  it('loses nothing when two save at once', async () => {
    const { database, chats, id, chat } = await setUp();
    const other = new KeelsonChat(database, 'ada', id);
    const question = text('q', 'user', 'Who is first?');
    await chat.save([question]);
    const answers = Array.from({ length: 6 }, (_, index) => text(`a${index}`, 'assistant', `Answer ${index}`));
    await Promise.all(answers.map((answer, index) => (index % 2 === 0 ? chat : other).save([question, answer])));
    const { items } = await chats.getMessages({ conversationId: id });
    expect(items.map(({ content }) => content).toSorted()).toEqual(
      ['Who is first?', ...answers.map((_, index) => `Answer ${index}`)].toSorted(),
    );
    const appended = Array.from({ length: 6 }, (_, index) => text(`m${index}`, 'user', `Message ${index}`));
    await Promise.all(appended.map((message, index) => (index % 2 === 0 ? chat : other).saveMessage(message)));
    const loaded = (await chat.load()).slice(2);
    expect(loaded.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual(appended);
  });

  it('gives messages that were saved in other ways as UI messages, tools with their results', async () => {
    const { chats, id, chat } = await setUp();
    const conversationId = id;
    await chats.saveSystemMessage({ conversationId, content: 'Be brief.' });
    await chats.saveUserMessage({
      conversationId,
      content: 'Weather?',
      parts: [
        { type: 'attachment', url: 'https://example.org/a.png', mediaType: 'image/png', name: 'a.png' },
        { type: 'data', name: 'place', data: { city: 'Oslo' } },
      ],
    });
    const parts = [
      { type: 'tool-call', toolName: 'weather', toolCallId: '1', input: { city: 'Oslo' } },
      { type: 'tool-call', toolName: 'weather', toolCallId: '2', input: { city: 'Bergen' } },
    ] as const;
    await chats.saveAssistantMessage({ conversationId, content: '', parts });
    const result = { type: 'tool-result', toolCallId: '1' } as const;
    await chats.saveToolMessage({ conversationId, content: '4 °C', parts: [result] });
    const failed = { type: 'tool-result', toolCallId: '2', isError: true } as const;
    await chats.saveToolMessage({ conversationId, content: 'no answer', parts: [failed] });
    await chats.saveToolMessage({ conversationId, content: 'whose?' });
    await chats.saveAssistantMessage({ conversationId, content: 'Cold.' });
    const loaded = await chat.load();
    expect(await safeValidateUIMessages({ messages: loaded })).toMatchObject({ success: true });
    expect(await convertToModelMessages(loaded)).not.toEqual([]);
    expect(loaded.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'assistant', 'assistant']);
    expect(loaded[1]?.parts.map(({ type }) => type)).toEqual(['text', 'file', 'data-place']);
    expect(loaded[2]?.parts).toMatchObject([
      { toolCallId: '1', state: 'output-available', output: '4 °C' },
      { toolCallId: '2', state: 'output-error', errorText: 'no answer' },
    ]);
    // A chat goes on from there, and what is there isn't saved again.
    const count = await chats.getMessageCount(id);
    await chat.save([...loaded, text('q', 'user', 'Thanks.')]);
    expect(await chats.getMessageCount(id)).toBe(count + 1);
    expect(await chat.load()).toEqual([...loaded, text('q', 'user', 'Thanks.')]);
  });

  it('is the user’s own', async () => {
    const { database, id } = await setUp();
    const foreign = new KeelsonChat(database, 'eve', id);
    await expect(foreign.load()).rejects.toThrow(ConversationNotFoundError);
    await expect(foreign.save([text('q', 'user', 'x')])).rejects.toThrow(ConversationNotFoundError);
    await expect(foreign.saveMessage(text('q', 'user', 'x'))).rejects.toThrow(ConversationNotFoundError);
  });
});
