import { JsonPlusSerializer } from '@langchain/langgraph-checkpoint';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, cutter, type Data, dataOf, join, sizeOf, textOf } from '../src/langgraph/data.ts';
import { dump, load } from '../src/langgraph/serialized.ts';

const serde = new JsonPlusSerializer();

/** What graphs keep: JSON, and what LangGraph's serializer writes as records. */
const anything = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: 'binary' }),
    fc.double(),
    fc.constantFrom<unknown>(null, undefined, true, -0, '\u0000', '\ud800', '"lc"', 'naïve 𝕏'),
    fc
      .constantFrom<() => unknown>(
        () => new Map([['a', 1]]),
        () => new Set([1]),
        () => Uint8Array.of(0, 128, 255),
        () => new Error('failed'),
        () => /a+/gu,
        () => new Date(0),
        () => ({ toJSON: () => 'said by itself' }),
        () => ({ lg_name: 'Send', node: 'next', args: { a: 1 }, more: 'left out' }),
        () => ({ lc: 2, type: 'undefined' }),
      )
      .map((make) => make()),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie('value'), { maxKeys: 4 }),
  ),
})).value;

describe('a value of a channel', () => {
  it('is written as its serializer writes it, and read as it reads it', async () => {
    let plain = 0;
    await fc.assert(
      fc.asyncProperty(anything, async (value) => {
        const [type, bytes] = await serde.dumpsTyped(value);
        const ours = await dump(serde, value);
        expect(ours.type).toBe(type);
        expect(Buffer.compare(bytesOf(ours.data), bytes)).toBe(0);
        expect(await load(serde, ours)).toEqual(await serde.loadsTyped(type, bytes));
        if (typeof ours.data === 'string') plain += 1;
      }),
      { numRuns: 2000, seed: 3 },
    );
    expect(plain).toBeGreaterThan(1000);
  });

  it('goes in a circle no further than its serializer does', async () => {
    const circle: Record<string, unknown> = { name: 'circle' };
    circle['self'] = circle;
    expect(await load(serde, await dump(serde, circle))).toEqual({ name: 'circle', self: '[Circular]' });
  });

  it('is text where both engines can keep it as text', () => {
    expect(dataOf(Buffer.from('naïve 𝕏'))).toBe('naïve 𝕏');
    expect(dataOf(Buffer.from('a\0b'))).toBeInstanceOf(Uint8Array);
    expect(dataOf(Uint8Array.of(0xc3))).toBeInstanceOf(Uint8Array);
  });

  it('is found among others by its place in bytes', () => {
    const part = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.uint8Array().map(dataOf));
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const cut = cutter(join(parts));
        let start = 0;
        for (const one of parts) {
          const found: Data = cut(start, start + sizeOf(one));
          expect(Buffer.compare(bytesOf(found), bytesOf(one))).toBe(0);
          if (typeof one === 'string') expect(textOf(found)).toBe(one);
          start += sizeOf(one);
        }
      }),
    );
  });
});
