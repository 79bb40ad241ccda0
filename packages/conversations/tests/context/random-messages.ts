import fc from 'fast-check';
import type { Weighed } from '../../src/context/select.ts';
import type { MessagePart } from '../../src/index.ts';

/** Few ids, so that calls and results often meet, come twice, or in the wrong order. */
const callId = fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined, freq: 4 });

const withId = (id: string | undefined): { toolCallId?: string } => (id === undefined ? {} : { toolCallId: id });

const part: fc.Arbitrary<MessagePart> = fc.oneof(
  { weight: 3, arbitrary: callId.map((id) => ({ type: 'tool-call', toolName: 'look', ...withId(id) }) as const) },
  { weight: 3, arbitrary: callId.map((id) => ({ type: 'tool-result', ...withId(id) }) as const) },
  { weight: 1, arbitrary: fc.constant({ type: 'text', text: 'x' } as const) },
);

const status = fc.constantFrom<Weighed['status']>('complete', 'complete', 'complete', 'aborted', 'partial');
const tokens = fc.integer({ min: 1, max: 60 });
const content = fc.constantFrom('', 'something', 'more');

const message: fc.Arbitrary<Weighed> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ role: fc.constant('user' as const), content, parts: fc.constant(null), status, tokens }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      role: fc.constant('assistant' as const),
      content,
      parts: fc.option(fc.array(part, { minLength: 1, maxLength: 4 }), { freq: 2 }),
      status,
      tokens,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      role: fc.constant('tool' as const),
      content: fc.constant('found'),
      parts: fc.option(
        fc.array(
          callId.map((id) => ({ type: 'tool-result', ...withId(id) }) as const),
          { minLength: 1, maxLength: 3 },
        ),
        { freq: 4 },
      ),
      status: fc.constant('complete' as const),
      tokens,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      role: fc.constant('system' as const),
      content: fc.constant('Be brief.'),
      parts: fc.constant(null),
      status: fc.constant('complete' as const),
      tokens,
    }),
  },
);

/** As conversations go: a call is often followed by its results. */
const exchange: fc.Arbitrary<readonly Weighed[]> = fc
  .record({
    ids: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 3 }),
    tokens,
    isWhole: fc.boolean(),
  })
  .map(({ ids, tokens: own, isWhole }) => [
    {
      role: 'assistant',
      content: '',
      parts: ids.map((toolCallId) => ({ type: 'tool-call', toolName: 'look', toolCallId })),
      status: 'complete',
      tokens: own,
    },
    ...ids.slice(isWhole ? 0 : 1).map((toolCallId): Weighed => ({
      role: 'tool',
      content: 'found',
      parts: [{ type: 'tool-result', toolCallId }],
      status: 'complete',
      tokens: own,
    })),
  ]);

export const conversation: fc.Arbitrary<readonly Weighed[]> = fc
  .array(fc.oneof({ weight: 3, arbitrary: message.map((one) => [one]) }, { weight: 1, arbitrary: exchange }), {
    maxLength: 30,
  })
  .map((parts) => parts.flat());
