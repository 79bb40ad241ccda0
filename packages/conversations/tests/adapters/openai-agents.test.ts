import type { Database } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { type AgentInputItem, MemorySession } from '@openai/agents-core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ConversationClosedError, ConversationNotFoundError, Conversations, type Message } from '../../src/index.ts';
import { KeelsonSession } from '../../src/openai-agents/index.ts';
import { anyItem } from './items.ts';
import { fewRuns } from './values.ts';

type Step =
  | { readonly kind: 'add'; readonly items: AgentInputItem[] }
  | { readonly kind: 'pop' | 'clear' }
  | { readonly kind: 'get'; readonly limit: number | undefined };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('add' as const), items: fc.array(anyItem, { maxLength: 4 }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pop' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('clear' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('get' as const),
      limit: fc.option(fc.integer({ min: -1, max: 6 }), { nil: undefined }),
    }),
  },
);

const says = (content: string): AgentInputItem => ({ type: 'message', role: 'user', content });

async function everyMessage(chats: Conversations, conversationId: string): Promise<readonly Message[]> {
  return (await chats.getMessages({ conversationId, limit: 500 })).items;
}

describeEngines('a session of agents', (context) => {
  async function setUp(open?: Database) {
    const database = open ?? (await context.open());
    const chats = new Conversations(database, 'ada');
    const { id } = await chats.createConversation();
    return { database, chats, id, session: new KeelsonSession(database, 'ada', id) };
  }

  it('does what the SDK’s own session does', async () => {
    const database = await context.open();
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 1, maxLength: 10 }), async (steps) => {
        const { id, session } = await setUp(database);
        const expected = new MemorySession({ sessionId: id });
        for (const step of steps) {
          if (step.kind === 'add') await Promise.all([session.addItems(step.items), expected.addItems(step.items)]);
          if (step.kind === 'pop') expect(await session.popItem()).toEqual(await expected.popItem());
          if (step.kind === 'clear') await Promise.all([session.clearSession(), expected.clearSession()]);
          if (step.kind === 'get')
            expect(await session.getItems(step.limit)).toEqual(await expected.getItems(step.limit));
        }
        expect(await session.getItems()).toEqual(await expected.getItems());
        expect(await session.getSessionId()).toBe(await expected.getSessionId());
      }),
      fewRuns,
    );
  });

  it('keeps what was taken away as another branch', async () => {
    const { chats, id, session } = await setUp();
    await session.addItems([says('one'), says('two')]);
    const before = await everyMessage(chats, id);
    expect(await session.popItem()).toEqual(says('two'));
    await session.addItems([says('three')]);
    await session.clearSession();
    expect(await session.getItems()).toEqual([]);
    const after = await everyMessage(chats, id);
    expect(after.slice(0, 2)).toEqual(before);
    expect(after.map(({ content }) => content)).toEqual(['one', 'two', 'three', '']);
    await chats.setActiveLeaf(id, before[1]?.id ?? '');
    expect(await session.getItems()).toEqual([says('one'), says('two')]);
  });

  it('loses nothing and gives nothing twice when several write and take at once', async () => {
    const { database, id, session } = await setUp();
    const other = new KeelsonSession(database, 'ada', id);
    const batches = Array.from({ length: 8 }, (_, batch) => [0, 1, 2].map((part) => says(`${batch}/${part}`)));
    await Promise.all(batches.map((items, index) => (index % 2 === 0 ? session : other).addItems(items)));
    const added = await session.getItems();
    expect(added).toHaveLength(24);
    // Those of one call stand next to each other.
    for (let at = 0; at < added.length; at += 3) expect(batches).toContainEqual(added.slice(at, at + 3));
    const taking = Array.from({ length: 5 }, (_, index) => (index % 2 === 0 ? session : other).popItem());
    const [popped] = await Promise.all([Promise.all(taking), other.addItems([says('late'), says('later')])]);
    const left = await session.getItems();
    expect([...popped, ...left].toSorted(byText)).toEqual([...added, says('late'), says('later')].toSorted(byText));
  });

  it('gives messages that were saved in other ways as items, and takes them one by one', async () => {
    const { chats, id, session } = await setUp();
    await chats.saveUserMessage({ conversationId: id, content: 'Weather?' });
    await chats.saveAssistantMessage({
      conversationId: id,
      content: 'I look.',
      parts: [
        { type: 'reasoning', text: 'They ask for the weather.' },
        { type: 'tool-call', toolName: 'weather', toolCallId: 'call-1', input: { city: 'Oslo' } },
      ],
    });
    await chats.saveToolMessage({
      conversationId: id,
      content: '4 °C',
      parts: [{ type: 'tool-result', toolName: 'weather', toolCallId: 'call-1' }],
    });
    const items = await session.getItems();
    const call = { type: 'function_call', callId: 'call-1', name: 'weather', status: 'completed' };
    expect(items).toEqual([
      says('Weather?'),
      { type: 'reasoning', content: [{ type: 'input_text', text: 'They ask for the weather.' }] },
      {
        type: 'message',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: 'I look.' }],
      },
      { ...call, arguments: '{"city":"Oslo"}' },
      { ...call, type: 'function_call_result', output: '4 °C' },
    ]);
    for (const item of items.toReversed()) expect(await session.popItem()).toEqual(item);
    expect(await session.popItem()).toBeUndefined();
  });

  it('is readable for search and contexts, without saying anything twice', async () => {
    const { chats, id, session } = await setUp();
    const args = JSON.stringify({ city: 'Oslo', note: 'a long note about the weather in the north' });
    await session.addItems([
      says('What is the weather like in Oslo, and what in Bergen, please?'),
      { type: 'function_call', callId: 'call-1', name: 'weather', arguments: args },
      { type: 'function_call_result', callId: 'call-1', name: 'weather', status: 'completed', output: '4 °C' },
    ]);
    const { messages } = await chats.buildContext({ conversationId: id, maxTokens: 1_000 });
    expect(messages.map(({ role, content }) => ({ role, content }))).toEqual([
      { role: 'user', content: 'What is the weather like in Oslo, and what in Bergen, please?' },
      { role: 'assistant', content: '' },
      { role: 'tool', content: '4 °C' },
    ]);
    expect(messages[1]?.parts).toEqual([{ type: 'tool-call', toolName: 'weather', toolCallId: 'call-1', input: args }]);
    expect(JSON.stringify(messages[0]?.metadata)).not.toContain('Bergen');
    expect(JSON.stringify(messages[1]?.metadata)).not.toContain('north');
  });

  it('is the user’s own, and open', async () => {
    const { database, chats, id, session } = await setUp();
    await session.addItems([says('mine')]);
    const foreign = new KeelsonSession(database, 'eve', id);
    await expect(foreign.getItems()).rejects.toThrow(ConversationNotFoundError);
    await expect(foreign.addItems([says('not mine')])).rejects.toThrow(ConversationNotFoundError);
    await expect(foreign.popItem()).rejects.toThrow(ConversationNotFoundError);
    await expect(foreign.clearSession()).rejects.toThrow(ConversationNotFoundError);
    await chats.closeConversation(id);
    await expect(session.addItems([says('late')])).rejects.toThrow(ConversationClosedError);
    expect(await session.getItems()).toEqual([says('mine')]);
  });
});

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
