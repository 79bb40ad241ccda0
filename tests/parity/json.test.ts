import { asJson } from '@keelson/db-core';
import { expect, it } from 'vitest';
import { describeParity, type Loose } from './both.ts';

const documents = [
  {
    n: 5,
    f: 1.5,
    s: 'x',
    b: true,
    no: false,
    z: null,
    o: { a: 1, deep: { er: ['y'] } },
    list: [1, 2],
    'a b': 'spaced',
    'a.b': 'dotted',
    'naïve 東': 'unicode',
    "it's": 'quoted',
  },
  { n: '5', s: '' },
  [{ n: 1 }],
  'text',
  7,
  true,
  null,
];

describeParity('JSON', (pair) => {
  async function filled() {
    const both = pair();
    await both.add(...documents.map((j, n) => ({ n, j })));
    return both;
  }
  const one = async (expression: (eb: Loose) => Loose): Promise<unknown> => {
    const both = await filled();
    const [value] = await both.values((db) =>
      db
        .selectFrom('items')
        .select((eb: Loose) => expression(eb).as('x'))
        .orderBy('n')
        .limit(1),
    );
    return value;
  };

  it('comes whole, whatever is at its top', async () => {
    const both = await filled();
    expect(await both.values((db) => db.selectFrom('items').select('j').orderBy('n'))).toEqual(documents);
  });

  it.each([
    ['n', 5],
    ['f', 1.5],
    ['s', 'x'],
    ['b', true],
    ['no', false],
    ['z', null],
    ['o', { a: 1, deep: { er: ['y'] } }],
    ['list', [1, 2]],
    ['missing', null],
    ['a b', 'spaced'],
    ['a.b', 'dotted'],
    ['naïve 東', 'unicode'],
    ["it's", 'quoted'],
  ])('gives with -> the value at %s', async (key, expected) => {
    expect(await one((eb) => eb.ref('j', '->').key(key))).toEqual(expected);
    expect(await one((eb) => asJson(eb.ref('j', '->').key(key) as never) as never)).toEqual(expected);
  });

  it.each([
    ['n', '5'],
    ['f', '1.5'],
    ['s', 'x'],
    ['b', 'true'],
    ['no', 'false'],
    ['z', null],
    ['missing', null],
    ['a b', 'spaced'],
  ])('gives with ->> the text at %s', async (key, expected) => {
    expect(await one((eb) => eb.ref('j', '->>').key(key))).toBe(expected);
  });

  it('is followed downwards', async () => {
    expect(await one((eb) => eb.ref('j', '->>').key('o').key('a'))).toBe('1');
    expect(await one((eb) => eb.ref('j', '->').key('o').key('deep').key('er'))).toEqual(['y']);
    expect(await one((eb) => eb.ref('j', '->>').key('s').key('a'))).toBe(null);
  });

  it('has nothing at a key where it is no object', async () => {
    const both = await filled();
    expect(
      await both.values((db) =>
        db
          .selectFrom('items')
          .select((eb: Loose) => eb.ref('j', '->>').key('n').as('x'))
          .orderBy('n'),
      ),
    ).toEqual(['5', '5', null, null, null, null, null]);
  });

  it('is searched and sorted by the text in it', async () => {
    const both = await filled();
    const where = (key: string, value: string) =>
      both.values((db) =>
        db
          .selectFrom('items')
          .select('n')
          .where((eb: Loose) => eb(eb.ref('j', '->>').key(key), '=', value))
          .orderBy('n'),
      );
    expect(await where('n', '5')).toEqual([0, 1]);
    expect(await where('b', 'true')).toEqual([0]);
    expect(await where('f', '1.5')).toEqual([0]);
    expect(await where('s', '')).toEqual([1]);
    expect(
      await both.values((db) =>
        db
          .selectFrom('items')
          .select('n')
          .where((eb: Loose) => eb(eb.ref('j', '->').key('n'), 'is not', null))
          .orderBy('n'),
      ),
    ).toEqual([0, 1]);
    expect(
      await both.values((db) =>
        db
          .selectFrom('items')
          .select('n')
          .orderBy((eb: Loose) => eb.ref('j', '->>').key('s'))
          .orderBy('n'),
      ),
    ).toEqual([2, 3, 4, 5, 6, 1, 0]);
  });

  it('is set whole, and from a part of another', async () => {
    const both = await filled();
    expect(
      await both.rows((db) =>
        db
          .updateTable('items')
          .set((eb: Loose) => ({ j: eb.ref('j', '->').key('o') }))
          .where('n', '=', 0)
          .returning('j'),
      ),
    ).toEqual([{ j: { a: 1, deep: { er: ['y'] } } }]);
    expect(
      await both.rows((db) =>
        db
          .updateTable('items')
          .set((eb: Loose) => ({ j: eb.fn.coalesce('j', eb.val({ given: true })) }))
          .where('n', '=', 6)
          .returning('j'),
      ),
    ).toEqual([{ j: { given: true } }]);
  });
});
