import { newId } from '@keelson/db-core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { describeParity, type Pair } from './both.ts';

const keepable = (text: string): boolean => text.isWellFormed() && !text.includes('\0');
const keepableJson = (value: unknown): boolean => keepable(JSON.stringify(value).replaceAll(/\\u0000/g, '\0'));
const MAX_32 = 2 ** 31 - 1;

const text = fc.oneof(
  fc.string({ unit: 'binary' }).filter(keepable),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    '',
    ' ',
    "'",
    '"',
    '\\',
    '%_',
    '\n\r\t',
    '👩‍👩‍👧',
    'e\u0301',
    'שלום',
    '\u202Eabc',
    '\uFEFF',
    'NULL',
    '{}',
    '\u007F',
    '\u{10FFFF}',
  ),
);

const json = fc.oneof(
  fc.jsonValue({ stringUnit: 'binary' }).filter((value) => value !== null && keepableJson(value)),
  fc.constantFrom<unknown>(
    [],
    {},
    '',
    'null',
    0,
    1.5,
    -1e-7,
    1e21,
    true,
    false,
    [null],
    { a: null },
    [[[[]]]],
    { '': { '': '' } },
    { __proto__x: 1 },
    9_007_199_254_740_991,
  ),
);

/** Values of each column's type, the awkward ones among them. */
const columns: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  n: fc.oneof(fc.integer(), fc.constantFrom(0, -1, MAX_32, -MAX_32 - 1)),
  big: fc.oneof(
    fc.maxSafeInteger(),
    fc.constantFrom(Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 2 ** 31, -(2 ** 31) - 1),
  ),
  r: fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
    fc.constantFrom(0.1, 1e-7, 5e-324, Number.MAX_VALUE, -Number.MAX_VALUE, 1 / 3, 2 ** 53, 1e21),
  ),
  t: text,
  b: fc.boolean(),
  at: fc.oneof(
    fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
    fc.constantFrom(
      new Date(0),
      new Date(-1),
      new Date('0001-01-01T00:00:00.000Z'),
      new Date('0099-12-31T23:59:59.999Z'),
      new Date('1582-10-10T12:00:00.001Z'),
      new Date('2026-03-29T01:30:00.500Z'),
      new Date('9999-12-31T23:59:59.999Z'),
    ),
  ),
  j: json,
  bytes: fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.constant(new Uint8Array())).map((bytes) => Buffer.from(bytes)),
};

const NEGATIVE_ZERO = [{ n: -0 }, { big: -0 }, { r: -0 }];

async function read(pair: Pair, id: string): Promise<unknown> {
  const [row] = await pair.rows((db) => db.selectFrom('items').select(Object.keys(columns)).where('id', '=', id));
  return row;
}

describeParity('every value comes back as it went', (pair) => {
  const users = pair;

  it.each(Object.keys(columns))('in the column %s', async (column) => {
    const both = users();
    await fc.assert(
      fc.asyncProperty(columns[column]!, async (value) => {
        const id = newId();
        await both.add({ id, [column]: value });
        // What JSON doesn't say, such as the sign of zero, isn't kept.
        const expected: unknown = column === 'j' ? JSON.parse(JSON.stringify(value)) : value === 0 ? 0 : value;
        expect(await read(both, id)).toMatchObject({ [column]: expected });
      }),
      { numRuns: 60 },
    );
  });

  it('when all columns of a row have one, and when none has', async () => {
    const both = users();
    await fc.assert(
      fc.asyncProperty(fc.record(columns), async (row) => {
        const id = newId();
        await both.add({ id, ...row });
        expect(await read(both, id)).toEqual({
          ...row,
          r: (row['r'] as number) + 0,
          j: JSON.parse(JSON.stringify(row['j'])),
        });
      }),
      { numRuns: 20 },
    );
    const empty = Object.fromEntries(Object.keys(columns).map((column) => [column, null]));
    const id = newId();
    await both.add({ id, ...empty });
    expect(await read(both, id)).toEqual(empty);
  });

  it('but for the sign of zero, which only one of them could keep', async () => {
    const both = users();
    for (const row of NEGATIVE_ZERO) {
      const id = newId();
      await both.add({ id, ...row });
      expect(await read(both, id)).toMatchObject(Object.fromEntries(Object.keys(row).map((column) => [column, 0])));
    }
  });

  it.each(['n', 'big', 'r', 't', 'b', 'at'])(
    'and is found by it, alone and in lists, in the column %s',
    async (column) => {
      const both = users();
      await fc.assert(
        fc.asyncProperty(fc.array(columns[column]!, { minLength: 1, maxLength: 12 }), async (list) => {
          const ids = list.map(() => newId());
          for (const [index, value] of list.entries()) await both.add({ id: ids[index]!, [column]: value });
          const find = (operator: string, value: unknown) =>
            both.values((db) =>
              db.selectFrom('items').select('id').where(column, operator, value).where('id', 'in', ids).orderBy('id'),
            );
          expect((await find('=', list[0])).length).toBeGreaterThan(0);
          expect((await find('in', list)).length).toBe(list.length);
          expect(await find('not in', list)).toEqual([]);
          expect((await find('in', [...list, ...list, ...list, ...list])).length).toBe(list.length);
        }),
        { numRuns: 25 },
      );
    },
  );

  it('in ten thousand, in a list as long', async () => {
    const both = users();
    await both.add(...[5, 500, 9_999, 20_000].map((n) => ({ n, t: `t${n}` })));
    const numbers = Array.from({ length: 10_000 }, (_, index) => index);
    expect(
      await both.values((db) => db.selectFrom('items').select('n').where('n', 'in', numbers).orderBy('n')),
    ).toEqual([5, 500, 9_999]);
    const texts = numbers.map((number) => `t${number}`);
    expect(await both.values((db) => db.selectFrom('items').select('t').where('t', 'not in', texts))).toEqual([
      't20000',
    ]);
  });
});
