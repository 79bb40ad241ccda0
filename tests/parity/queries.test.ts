import { expect, it } from 'vitest';
import { describeParity, idOf, type Pair, type Loose } from './both.ts';

const rows = [
  { id: idOf(1), n: 3, big: 1, t: 'c', b: true, at: new Date(3_000), r: 0.5 },
  { id: idOf(2), n: 1, big: 1, t: 'a', b: false, at: new Date(1_000), r: 2.5 },
  { id: idOf(3), n: null, big: null, t: null, b: null, at: null, r: null },
  { id: idOf(4), n: 2, big: 2, t: 'b', b: true, at: new Date(2_000), r: -1 },
  { id: idOf(5), n: 2, big: null, t: 'B', b: false, at: new Date(2_000), r: 0 },
];

/** The numbers of the rows that a query gives, in its order. */
function numbers(ids: readonly unknown[]): number[] {
  return ids.map((id) => Number.parseInt(String(id).slice(-12), 16));
}

describeParity('queries', (pair) => {
  async function filled(): Promise<Pair> {
    const both = pair();
    await both.add(...rows);
    return both;
  }
  const where = async (both: Pair, condition: (eb: Loose) => unknown) =>
    numbers(await both.values((db) => db.selectFrom('items').select('id').where(condition).orderBy('id')));

  it('put nulls first in ascending and last in descending order, unless told otherwise', async () => {
    const both = await filled();
    const order = async (column: string, direction: unknown) =>
      numbers(await both.values((db) => db.selectFrom('items').select('id').orderBy(column, direction).orderBy('id')));
    for (const [column, ascending] of [
      ['n', [3, 2, 4, 5, 1]],
      ['t', [3, 5, 2, 4, 1]],
      ['b', [3, 2, 5, 1, 4]],
      ['at', [3, 2, 4, 5, 1]],
      ['r', [3, 4, 5, 1, 2]],
    ] as const) {
      expect(await order(column, 'asc'), column).toEqual(ascending);
      expect((await order(column, 'desc')).at(-1), column).toBe(3);
      expect((await order(column, (o: Loose) => o.asc().nullsLast())).at(-1), column).toBe(3);
      expect((await order(column, (o: Loose) => o.desc().nullsFirst()))[0], column).toBe(3);
    }
    expect(
      numbers(
        await both.values((db) =>
          db
            .selectFrom('items')
            .select('id')
            .orderBy((eb: Loose) => eb('n', '+', 1), 'desc')
            .orderBy('id'),
        ),
      ),
    ).toEqual([1, 4, 5, 2, 3]);
  });

  it('compare with nulls by three values', async () => {
    const both = await filled();
    expect(await where(both, (eb) => eb('n', '=', null))).toEqual([]);
    expect(await where(both, (eb) => eb('n', '!=', 2))).toEqual([1, 2]);
    expect(await where(both, (eb) => eb.not(eb('n', '=', 2)))).toEqual([1, 2]);
    expect(await where(both, (eb) => eb('n', 'is', null))).toEqual([3]);
    expect(await where(both, (eb) => eb('n', 'is not', null))).toEqual([1, 2, 4, 5]);
    expect(await where(both, (eb) => eb('n', 'is distinct from', 2))).toEqual([1, 2, 3]);
    expect(await where(both, (eb) => eb('n', 'is not distinct from', null))).toEqual([3]);
    expect(await where(both, (eb) => eb('b', 'is', true))).toEqual([1, 4]);
    expect(await where(both, (eb) => eb('b', 'is not', true))).toEqual([2, 3, 5]);
    expect(await where(both, (eb) => eb.or([eb('n', '=', 3), eb('big', '=', null)]))).toEqual([1]);
    expect(await where(both, (eb) => eb.and([eb('b', '=', true), eb('n', '>', 2)]))).toEqual([1]);
    expect(await where(both, (eb) => eb('n', '=', eb.ref('big')))).toEqual([2, 4]);
    expect(await where(both, (eb) => eb('n', '>', eb.ref('r')))).toEqual([1, 4, 5]);
    expect(await where(both, (eb) => eb.val(true))).toEqual([1, 2, 3, 4, 5]);
    expect(await where(both, (eb) => eb.lit(true))).toEqual([1, 2, 3, 4, 5]);
  });

  it('compare with lists, bounds and rows', async () => {
    const both = await filled();
    expect(await where(both, (eb) => eb('n', 'in', []))).toEqual([]);
    expect(await where(both, (eb) => eb('n', 'not in', []))).toEqual([1, 2, 3, 4, 5]);
    expect(await where(both, (eb) => eb('n', 'in', [1, null, 3]))).toEqual([1, 2]);
    expect(await where(both, (eb) => eb('n', 'not in', [1, null]))).toEqual([]);
    expect(await where(both, (eb) => eb('n', 'not in', [1, 3]))).toEqual([4, 5]);
    expect(await where(both, (eb) => eb('at', 'in', [new Date(1_000), new Date(2_000), new Date(9)]))).toEqual([
      2, 4, 5,
    ]);
    expect(await where(both, (eb) => eb('b', 'in', [true]))).toEqual([1, 4]);
    expect(await where(both, (eb) => eb('id', 'in', [idOf(2), idOf(99)]))).toEqual([2]);
    expect(await where(both, (eb) => eb.between('n', 2, 3))).toEqual([1, 4, 5]);
    expect(await where(both, (eb) => eb.between('at', new Date(1_500), new Date(2_000)))).toEqual([4, 5]);
    expect(await where(both, (eb) => eb.between('t', 'a', 'b'))).toEqual([2, 4]);
    expect(await where(both, (eb) => eb.between('n', 3, 2))).toEqual([]);
    expect(await where(both, (eb) => eb(eb.refTuple('n', 'big'), '>', eb.tuple(1, 1)))).toEqual([1, 4, 5]);
    expect(await where(both, (eb) => eb(eb.refTuple('n', 'big'), '<=', eb.tuple(2, 2)))).toEqual([2, 4]);
    expect(await where(both, (eb) => eb(eb.refTuple('at', 'id'), '<', eb.tuple(new Date(2_000), idOf(5))))).toEqual([
      2, 4,
    ]);
    expect(await where(both, (eb) => eb('n', 'in', eb.selectFrom('items as i').select('i.big')))).toEqual([2, 4, 5]);
    expect(
      await where(both, (eb) =>
        eb.exists(eb.selectFrom('items as i').select('i.id').whereRef('i.big', '=', 'items.n')),
      ),
    ).toEqual([2, 4, 5]);
  });

  it('limit and skip', async () => {
    const both = await filled();
    const page = async (limit: number | undefined, offset: number | undefined) =>
      numbers(
        await both.values((db) => {
          let query = db.selectFrom('items').select('id').orderBy('id');
          if (limit !== undefined) query = query.limit(limit);
          return offset === undefined ? query : query.offset(offset);
        }),
      );
    expect(await page(0, undefined)).toEqual([]);
    expect(await page(2, undefined)).toEqual([1, 2]);
    expect(await page(2, 1)).toEqual([2, 3]);
    expect(await page(undefined, 3)).toEqual([4, 5]);
    expect(await page(99, 99)).toEqual([]);
    for (const [limit, offset] of [
      [-1, 0],
      [1.5, 0],
      [null, 0],
      ['1', 0],
      [1, -1],
      [Number.NaN, 0],
      [2 ** 60, 0],
    ] as const) {
      expect(
        await both.refusal((db) => db.selectFrom('items').select('id').limit(limit).offset(offset)),
        String([limit, offset]),
      ).toBe('VALIDATION');
    }
  });

  it('give each row once, put together, cut and taken away', async () => {
    const both = await filled();
    expect(
      await both.rows((db) => db.selectFrom('items').select(['n', 'b']).distinct().orderBy('n').orderBy('b')),
    ).toEqual([
      { n: null, b: null },
      { n: 1, b: false },
      { n: 2, b: false },
      { n: 2, b: true },
      { n: 3, b: true },
    ]);
    const arm = (db: Loose, operator: string, n: number) => db.selectFrom('items').select('n').where('n', operator, n);
    expect(
      await both.values((db) =>
        arm(db, '<=', 2)
          .union(arm(db, '>=', 2))
          .orderBy('n'),
      ),
    ).toEqual([1, 2, 3]);
    expect(
      await both.values((db) =>
        arm(db, '<=', 2)
          .unionAll(arm(db, '>=', 2))
          .orderBy('n'),
      ),
    ).toEqual([1, 2, 2, 2, 2, 3]);
    expect(
      await both.values((db) =>
        arm(db, '<=', 2)
          .intersect(arm(db, '>=', 2))
          .orderBy('n'),
      ),
    ).toEqual([2]);
    expect(
      await both.values((db) =>
        arm(db, '<=', 2)
          .except(arm(db, '>=', 2))
          .orderBy('n'),
      ),
    ).toEqual([1]);
    expect(
      await both.values((db) =>
        db.selectFrom('items').select('n as x').unionAll(db.selectFrom('items').select('r as x')).orderBy('x'),
      ),
    ).toEqual([null, null, -1, 0, 0.5, 1, 2, 2, 2.5, 3]);
    expect(
      await both.rows((db) =>
        db
          .selectFrom('items')
          .select(['at', 'b', 'id'])
          .where('n', '=', 1)
          .union(db.selectFrom('items').select(['at', 'b', 'id']).where('n', '=', 3))
          .orderBy('id'),
      ),
    ).toEqual([
      { at: new Date(3_000), b: true, id: idOf(1) },
      { at: new Date(1_000), b: false, id: idOf(2) },
    ]);
  });

  it('join, with the types of both sides', async () => {
    const both = await filled();
    expect(
      await both.rows((db) =>
        db
          .selectFrom('items as a')
          .leftJoin('items as b', 'b.n', 'a.big')
          .select(['a.id', 'b.at', 'b.b'])
          .orderBy('a.id')
          .orderBy('b.id'),
      ),
    ).toEqual([
      { id: idOf(1), at: new Date(1_000), b: false },
      { id: idOf(2), at: new Date(1_000), b: false },
      { id: idOf(3), at: null, b: null },
      { id: idOf(4), at: new Date(2_000), b: true },
      { id: idOf(4), at: new Date(2_000), b: false },
      { id: idOf(5), at: null, b: null },
    ]);
    expect(
      await both.values((db) =>
        db
          .selectFrom('items as a')
          .innerJoin('items as b', 'b.big', 'a.n')
          .select('a.id')
          .where('a.n', '=', 1)
          .orderBy('b.id'),
      ),
    ).toEqual([idOf(2), idOf(2)]);
  });

  it('choose', async () => {
    const both = await filled();
    expect(
      await both.rows((db) =>
        db
          .selectFrom('items')
          .select((eb: Loose) => [
            eb.case().when('n', '>', 2).then('many').when('n', '=', 2).then('two').else('few').end().as('word'),
            eb.case().when('n', '>', 2).then(1).else(0).end().as('number'),
            eb.case().when('n', '>', 2).then(true).else(false).end().as('truth'),
            eb.case().when('n', '>', 2).then(eb.ref('at')).else(null).end().as('time'),
            eb.case('n').when(2).then('two').when(3).then('three').end().as('named'),
            eb.case().when('n', 'is', null).then(new Date(0)).else(eb.ref('at')).end().as('given'),
          ])
          .orderBy('id'),
      ),
    ).toEqual([
      { word: 'many', number: 1, truth: true, time: new Date(3_000), named: 'three', given: new Date(3_000) },
      { word: 'few', number: 0, truth: false, time: null, named: null, given: new Date(1_000) },
      { word: 'few', number: 0, truth: false, time: null, named: null, given: new Date(0) },
      { word: 'two', number: 0, truth: false, time: null, named: 'two', given: new Date(2_000) },
      { word: 'two', number: 0, truth: false, time: null, named: 'two', given: new Date(2_000) },
    ]);
  });

  it('say what is true as true and false, and give values as they are', async () => {
    const both = await filled();
    expect(
      await both.rows((db) =>
        db
          .selectFrom('items')
          .select((eb: Loose) => [
            eb('n', '>', 1).as('a'),
            eb('t', 'is', null).as('b'),
            eb.not(eb.ref('b')).as('c'),
            eb.and([eb.ref('b'), eb('n', '>', 1)]).as('d'),
            eb.exists(eb.selectFrom('items as i').select('i.id').where('i.n', '=', 9)).as('e'),
            eb.val(5).as('f'),
            eb.val(1.5).as('g'),
            eb.val('s').as('h'),
            eb.val(true).as('i'),
            eb.val(new Date(7)).as('j'),
            eb.val(null).as('k'),
            eb.lit(false).as('l'),
            eb('t', 'like', 'c%').as('m'),
            eb('n', 'in', [1, 2]).as('o'),
          ])
          .where('n', 'in', [1, 3])
          .orderBy('id'),
      ),
    ).toEqual([
      {
        a: true,
        b: false,
        c: false,
        d: true,
        e: false,
        f: 5,
        g: 1.5,
        h: 's',
        i: true,
        j: new Date(7),
        k: null,
        l: false,
        m: true,
        o: false,
      },
      {
        a: false,
        b: false,
        c: true,
        d: false,
        e: false,
        f: 5,
        g: 1.5,
        h: 's',
        i: true,
        j: new Date(7),
        k: null,
        l: false,
        m: false,
        o: true,
      },
    ]);
  });

  it('look through windows', async () => {
    const both = await filled();
    expect(
      await both.rows((db) =>
        db
          .selectFrom('items')
          .select((eb: Loose) => [
            eb.fn
              .agg('row_number')
              .over((o: Loose) => o.orderBy('n').orderBy('id'))
              .as('row'),
            eb.fn
              .agg('rank')
              .over((o: Loose) => o.orderBy('n'))
              .as('rank'),
            eb.fn
              .agg('dense_rank')
              .over((o: Loose) => o.orderBy('n', 'desc'))
              .as('dense'),
            eb.fn
              .sum('n')
              .over((o: Loose) => o.orderBy('id'))
              .as('running'),
            eb.fn
              .countAll()
              .over((o: Loose) => o.partitionBy('b'))
              .as('alike'),
            eb.fn
              .agg('lag', ['at'])
              .over((o: Loose) => o.orderBy('id'))
              .as('before'),
            eb.fn
              .agg('lead', ['b'])
              .over((o: Loose) => o.orderBy('id'))
              .as('after'),
            eb.fn
              .agg('first_value', ['t'])
              .over((o: Loose) => o.orderBy('id'))
              .as('first'),
          ])
          .orderBy('id'),
      ),
    ).toEqual([
      { row: 5, rank: 5, dense: 1, running: 3, alike: 2, before: null, after: false, first: 'c' },
      { row: 2, rank: 2, dense: 3, running: 4, alike: 2, before: new Date(3_000), after: null, first: 'c' },
      { row: 1, rank: 1, dense: 4, running: 4, alike: 1, before: new Date(1_000), after: true, first: 'c' },
      { row: 3, rank: 3, dense: 2, running: 6, alike: 2, before: null, after: false, first: 'c' },
      { row: 4, rank: 3, dense: 2, running: 8, alike: 2, before: new Date(2_000), after: null, first: 'c' },
    ]);
  });

  it('follow themselves', async () => {
    const both = pair();
    await both.add(
      { id: idOf(1) },
      { id: idOf(2), part_of: idOf(1) },
      { id: idOf(3), part_of: idOf(2) },
      { id: idOf(4), part_of: idOf(1) },
    );
    expect(
      numbers(
        await both.values((db) =>
          db
            .withRecursive('path', (cte: Loose) =>
              cte
                .selectFrom('items')
                .select(['id', 'part_of'])
                .where('id', '=', idOf(3))
                .unionAll(
                  cte
                    .selectFrom('path')
                    .innerJoin('items', 'items.id', 'path.part_of')
                    .select(['items.id', 'items.part_of']),
                ),
            )
            .selectFrom('path')
            .select('path.id')
            .orderBy('path.id'),
        ),
      ),
    ).toEqual([1, 2, 3]);
  });
});
