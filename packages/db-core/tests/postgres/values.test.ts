import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { ValidationError } from '../../src/errors/index.ts';
import {
  checkBigint,
  checkBlob,
  checkBoolean,
  checkInteger,
  checkJson,
  checkReal,
  checkText,
  checkTimestamp,
  checkUuid,
  toSafeInteger,
} from '../../src/engine/values.ts';

const checks = {
  checkUuid,
  checkText,
  checkInteger,
  checkBigint,
  checkReal,
  checkBoolean,
  checkTimestamp,
  checkBlob,
  checkJson,
};

const refused: Record<keyof typeof checks, readonly unknown[]> = {
  checkUuid: [
    '',
    'x',
    '0192F0C1-2F3A-7C4B-9D5E-6F708192A3B4',
    '0192f0c12f3a7c4b9d5e6f708192a3b4',
    '{192f0c1-2f3a-7c4b-9d5e-6f708192a3b}',
    1,
    null,
  ],
  checkText: ['a\0b', '\ud800', 'a\udc00', 1, {}, null, undefined],
  checkInteger: [2 ** 31, -(2 ** 31) - 1, 1.5, Number.NaN, Infinity, '1', 1n, true, null],
  checkBigint: [2 ** 53, -(2 ** 53), 0.1, Number.NaN, '1', 1n, null],
  checkReal: [Number.NaN, Infinity, -Infinity, '1', 1n, null],
  checkBoolean: [0, 1, 'true', null, undefined],
  checkTimestamp: [
    new Date(Number.NaN),
    new Date(-62_135_596_800_001),
    new Date(253_402_300_800_000),
    '2026-01-01',
    0,
    null,
  ],
  checkBlob: ['bytes', [1, 2], new ArrayBuffer(2), null],
  checkJson: [
    undefined,
    Number.NaN,
    1n,
    { a: 1n },
    () => 1,
    Symbol('a'),
    'a\0b',
    ['\ud800'],
    { '\0': 1 },
    { a: '\\\0' },
    cycle(),
  ],
};

function cycle(): unknown {
  const value: { self?: unknown } = {};
  value.self = value;
  return value;
}

describe('what a column takes', () => {
  for (const [name, values] of Object.entries(refused)) {
    it(`${name} refuses what doesn't fit, and says what was given and what is expected`, () => {
      const check = checks[name as keyof typeof checks];
      for (const value of values) {
        expect(() => check(value), name).toThrow(ValidationError);
        expect(() => check(value)).toThrow(/^Given .+, where .+ is expected\.$/);
      }
    });
  }

  it('never repeats text in a message', () => {
    expect(() => checkUuid('my password')).toThrow('Given text of 11 characters');
  });

  it('takes what fits', () => {
    expect(checkUuid('0192f0c1-2f3a-7c4b-9d5e-6f708192a3b4')).toBe('0192f0c1-2f3a-7c4b-9d5e-6f708192a3b4');
    expect(checkText('é𝄞')).toBe('é𝄞');
    expect([checkInteger(2 ** 31 - 1), checkInteger(-(2 ** 31))]).toEqual([2_147_483_647, -2_147_483_648]);
    expect(Object.is(checkInteger(-0), 0) && Object.is(checkReal(-0), 0) && Object.is(checkBigint(-0), 0)).toBe(true);
    expect(checkTimestamp(new Date('9999-12-31T23:59:59.999Z')).getTime()).toBe(253_402_300_799_999);
  });

  it('takes any JSON value but null, and JSON that only looks like a forbidden escape', () => {
    expect(checkJson('')).toBe('""');
    expect(checkJson('null')).toBe('"null"');
    expect(checkJson([])).toBe('[]');
    expect(checkJson(false)).toBe('false');
    expect(checkJson('\\u0000')).toBe(String.raw`"\\u0000"`);
    expect(checkJson('\\\\ud800')).toBe(String.raw`"\\\\ud800"`);
  });

  it('keeps every JSON value of well-formed text', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        if (value === null) return;
        const hasZero = JSON.stringify(value).replaceAll('\\\\', '').includes('\\u0000');
        if (hasZero) expect(() => checkJson(value)).toThrow(ValidationError);
        else expect(JSON.parse(checkJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe('whole numbers from an engine', () => {
  it('come as numbers, or not at all', () => {
    expect(toSafeInteger('9007199254740991')).toBe(9_007_199_254_740_991);
    expect(toSafeInteger(-5n)).toBe(-5);
    expect(() => toSafeInteger('9007199254740993')).toThrow('9007199254740993');
    expect(() => toSafeInteger(2n ** 63n)).toThrow("can't hold exactly");
  });
});
