import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Limits, select, type Weighed, windowOf } from '../../src/context/select.ts';
import { conversation } from './random-messages.ts';
import { faultsOf } from './rules.ts';

const limits: fc.Arbitrary<Limits> = fc.record({
  maxTokens: fc.integer({ min: 0, max: 900 }),
  maxMessages: fc.integer({ min: 1, max: 40 }),
  includeUnfinished: fc.boolean(),
});

const choose = (messages: readonly Weighed[], given: Limits) =>
  select(messages.slice(windowOf(messages, given).start), given);
const tokensOf = (messages: readonly Weighed[]) => messages.reduce((sum, { tokens }) => sum + tokens, 0);

it('never breaks the budget nor tears a call from its results, in 10,000 conversations', () => {
  let nonEmpty = 0;
  let withTools = 0;
  fc.assert(
    fc.property(conversation, limits, (messages, given) => {
      const chosen = choose(messages, given);
      expect(tokensOf(chosen)).toBeLessThanOrEqual(given.maxTokens);
      expect(chosen.length).toBeLessThanOrEqual(given.maxMessages);
      expect(faultsOf(chosen)).toEqual([]);
      expect(chosen.some(({ role }) => role === 'system')).toBe(false);
      // In their order, and each as it was.
      expect(messages.filter((message) => chosen.includes(message))).toEqual(chosen);
      if (!given.includeUnfinished) expect(chosen.every(({ status }) => status === 'complete')).toBe(true);
      if (chosen.length > 0) nonEmpty += 1;
      if (chosen.some(({ parts }) => parts?.some(({ type }) => type === 'tool-result') === true)) withTools += 1;
    }),
    { numRuns: 10_000 },
  );
  // Otherwise this would show little.
  expect(nonEmpty).toBeGreaterThan(5_000);
  expect(withTools).toBeGreaterThan(1_000);
});

it('chooses the same from the end of a conversation that was read far enough', () => {
  fc.assert(
    fc.property(conversation, limits, fc.nat(40), (messages, given, skipped) => {
      const end = messages.slice(skipped);
      if (skipped > 0 && !windowOf(end, given).isClosed) return;
      expect(choose(end, given)).toEqual(choose(messages, given));
    }),
    { numRuns: 1_000 },
  );
});

it('leaves nothing out that fits when there are no tools', () => {
  const plain = conversation.map((messages) => messages.filter(({ role, parts }) => role !== 'tool' && parts === null));
  fc.assert(
    fc.property(plain, fc.integer({ min: 0, max: 900 }), (messages, maxTokens) => {
      const said = messages.filter(({ role, content }) => role !== 'system' && content !== '');
      const chosen = choose(messages, { maxTokens, maxMessages: 1_000, includeUnfinished: true });
      expect(chosen).toEqual(said.slice(said.length - chosen.length));
      const next = said.at(-chosen.length - 1);
      if (next !== undefined && chosen.length < said.length)
        expect(tokensOf(chosen) + next.tokens).toBeGreaterThan(maxTokens);
    }),
    { numRuns: 1_000 },
  );
});

const call = (...ids: string[]): Weighed => ({
  role: 'assistant',
  content: '',
  parts: ids.map((toolCallId) => ({ type: 'tool-call', toolName: 't', toolCallId })),
  status: 'complete',
  tokens: 10,
});
const result = (id?: string): Weighed => ({
  role: 'tool',
  content: 'r',
  parts: id === undefined ? null : [{ type: 'tool-result', toolCallId: id }],
  status: 'complete',
  tokens: 10,
});
const said = (role: 'user' | 'assistant', more: Partial<Weighed> = {}): Weighed => ({
  role,
  content: 'said',
  parts: null,
  status: 'complete',
  tokens: 10,
  ...more,
});
const roomy = { maxTokens: 1_000, maxMessages: 100, includeUnfinished: true };

it('takes several calls and their results, or none of them', () => {
  const turn = [call('a', 'b'), result('a'), result('b')];
  const messages = [said('user'), ...turn, said('assistant')];
  expect(choose(messages, roomy)).toEqual(messages);
  expect(choose(messages, { ...roomy, maxTokens: 39 })).toEqual([said('assistant')]);
  expect(choose(messages, { ...roomy, maxTokens: 40 })).toEqual([...turn, said('assistant')]);
  expect(choose([call('a', 'b'), result('a'), said('user')], roomy)).toEqual([said('user')]);
});

it('keeps calls at the very end, whose results are on their way, and nowhere else', () => {
  expect(choose([said('user'), call('a', 'b')], roomy)).toHaveLength(2);
  expect(choose([said('user'), call('a', 'b'), result('b')], roomy)).toHaveLength(3);
  expect(choose([said('user'), { ...call('a'), status: 'aborted' }], roomy)).toEqual([said('user')]);
});

it('puts results without ids to calls by their order, and reads an id that comes again anew', () => {
  const bare: Weighed = { ...call('a'), parts: [{ type: 'tool-call', toolName: 't' }] };
  const messages = [bare, result(), said('user'), call('a'), result('a'), said('user'), call('a'), result('a')];
  expect(choose(messages, roomy)).toEqual(messages);
  expect(choose([result(), bare, result(), result()], roomy)).toEqual([bare, result()]);
});

it('takes what was said of an answer that was cut off, and leaves out what says nothing', () => {
  const cut = [said('assistant', { status: 'aborted' }), said('assistant', { status: 'partial' })];
  const empty = said('assistant', { status: 'aborted', content: '' });
  expect(choose([...cut, empty, said('user')], roomy)).toEqual([...cut, said('user')]);
  expect(choose([...cut, empty, said('user')], { ...roomy, includeUnfinished: false })).toEqual([said('user')]);
});
