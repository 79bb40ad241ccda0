import { describe, expect, it } from 'vitest';
import { pack, unpack } from '../../src/cache/codec.ts';
import { openEnvelope, seal } from '../../src/cache/envelope.ts';
import { answerKey } from '../../src/cache/keys.ts';
import { copyPlain, sizeOf } from '../../src/cache/plain.ts';
import { conversation } from './queries.ts';

const answer = {
  id: 'an id',
  nothing: null,
  missing: undefined,
  count: 3,
  share: 0.1,
  big: 2n ** 60n,
  isHidden: false,
  at: new Date(1_700_000_000_123),
  bytes: new Uint8Array([1, 2, 3]),
  parts: [{ text: 'Zürich 東京 🙂'.repeat(100), at: new Date(0) }, [undefined, null, -0]],
};

describe('an answer', () => {
  it('is copied whole, and shares nothing with its copy', () => {
    const copied = copyPlain(answer) as typeof answer;
    expect(copied).toStrictEqual(answer);
    copied.at.setTime(0);
    copied.bytes[0] = 9;
    copied.parts.length = 0;
    expect(answer.at.getTime()).toBe(1_700_000_000_123);
    expect([...answer.bytes]).toEqual([1, 2, 3]);
    expect(answer.parts).toHaveLength(2);
  });

  it.each([
    ['a function', { f: () => 1 }],
    ['a symbol', [Symbol('s')]],
    ['a map', new Map()],
    ['an object of a class', { inner: new URL('http://localhost') }],
    ['an error', new Error('no data')],
  ])('can not be %s', (_, value) => {
    expect(() => copyPlain(value)).toThrow('plain objects');
  });

  it('can not contain itself', () => {
    const loop: { self?: unknown } = {};
    loop.self = loop;
    expect(() => copyPlain(loop)).toThrow('100 deep');
  });

  it('comes out of the warm tier as it went in, short or long', () => {
    for (const value of [answer, undefined, null, 0, '', 'short', 'long '.repeat(1000), []])
      expect(copyPlain(unpack(pack(value)))).toStrictEqual(value);
    expect(pack('long '.repeat(1000)).length).toBeLessThan(200);
  });

  it('is not taken from bytes that say something else', () => {
    const packed = pack(answer);
    expect(() => unpack(Buffer.of())).toThrow();
    expect(() => unpack(Buffer.of(7, 1, 2))).toThrow('another format');
    expect(() => unpack(packed.subarray(0, packed.length - 9))).toThrow();
    const sealed = seal({ key: 'ada', tokens: [Buffer.alloc(16, 1), Buffer.alloc(16, 2)], packed });
    expect(openEnvelope(sealed)).toMatchObject({ key: 'ada', tokens: [Buffer.alloc(16, 1), Buffer.alloc(16, 2)] });
    expect(openEnvelope(Buffer.of())).toBeUndefined();
    expect(openEnvelope(Buffer.from('some other text that is long enough'))).toBeUndefined();
    for (let length = 0; length < 30; length += 1) expect(() => openEnvelope(sealed.subarray(0, length))).not.toThrow();
    const wrongLength = Buffer.from(sealed);
    wrongLength.writeUInt32LE(0xff_ff_ff_ff, 3);
    expect(openEnvelope(wrongLength)).toBeUndefined();
  });
});

describe('what an answer is kept under', () => {
  const keyOf = (params: unknown, userId = 'ada'): string => answerKey(userId, conversation, params as { id: string });

  it('differs wherever the parameters do', () => {
    const various = [
      undefined,
      null,
      'null',
      1,
      '1',
      1n,
      true,
      { id: '1' },
      { id: 1 },
      { id: ['1'] },
      { id: ['1', '2'] },
      { id: '1,2' },
      { id: '1', limit: 2 },
      { id: new Date(0) },
      { id: new Date(0).toISOString() },
      { id: '@0' },
      {},
      [],
      '',
    ];
    expect(new Set(various.map((params) => keyOf(params))).size).toBe(various.length);
    expect(keyOf({ id: '1' }, 'bob')).not.toBe(keyOf({ id: '1' }));
  });

  it('does not depend on the order in which they are written, nor on those that are not given', () => {
    expect(keyOf({ a: 1, b: { c: 2, d: undefined } })).toBe(keyOf({ b: { c: 2 }, a: 1, e: undefined }));
  });

  it('is not made of what has no text', () => {
    for (const params of [() => 1, Symbol('s'), new Map(), { deep: [new Set()] }])
      expect(() => keyOf(params)).toThrow('plain objects');
  });
});

describe('how much an answer takes', () => {
  it('grows with what is in it', () => {
    expect(sizeOf('x'.repeat(1000))).toBeGreaterThanOrEqual(1000);
    expect(sizeOf('東'.repeat(1000))).toBeGreaterThanOrEqual(2000);
    expect(sizeOf(new Uint8Array(5000))).toBeGreaterThanOrEqual(5000);
    expect(sizeOf(Array.from({ length: 100 }, () => ({ a: 1, b: 'text' })))).toBeGreaterThan(100 * 40);
  });
});
