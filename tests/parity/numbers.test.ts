import { asTimestamp, defineQuery } from '@keelson/db-core';
import { expect, it } from 'vitest';
import { anyQuery } from '../isolation/fixture.ts';
import { describeParity, type Loose } from './both.ts';

const dividing = defineQuery<unknown, { by: number }>('parity.dividing', ((db: Loose, p: { by: number }) =>
  db
    .selectFrom('items')
    .select((eb: Loose) => [eb('n', '/', p.by).as('quotient'), eb('n', '%', p.by).as('rest')])
    .orderBy('n')) as never);

describeParity('numbers', (pair) => {
  it('that are whole are divided into whole numbers, towards zero, also by a parameter', async () => {
    const both = pair();
    await both.add(...[7, -7, 6, 0, null].map((n) => ({ n, big: 2 })));
    const rows = await both.rows((db) =>
      db
        .selectFrom('items')
        .select((eb: Loose) => [
          'n',
          eb('n', '/', 2).as('half'),
          eb('n', '%', 3).as('rest'),
          eb('n', '/', eb.ref('big')).as('by_column'),
          eb('n', '/', -2).as('negative'),
          eb('n', '%', -3).as('negative_rest'),
          eb(eb.lit(7), '/', eb.lit(2)).as('literal'),
        ])
        .orderBy('n'),
    );
    expect(rows).toEqual([
      { n: null, half: null, rest: null, by_column: null, negative: null, negative_rest: null, literal: 3 },
      { n: -7, half: -3, rest: -1, by_column: -3, negative: 3, negative_rest: -1, literal: 3 },
      { n: 0, half: 0, rest: 0, by_column: 0, negative: 0, negative_rest: 0, literal: 3 },
      { n: 6, half: 3, rest: 0, by_column: 3, negative: -3, negative_rest: 0, literal: 3 },
      { n: 7, half: 3, rest: 1, by_column: 3, negative: -3, negative_rest: 1, literal: 3 },
    ]);
    for (const user of [both.sqlite, both.postgres]) {
      const divided = (await user.all(dividing, { by: 4 })) as { quotient: number; rest: number }[];
      expect(divided.map(({ quotient, rest }) => [quotient, rest])).toEqual([
        [null, null],
        [-1, -3],
        [0, 0],
        [1, 2],
        [1, 3],
      ]);
    }
  });

  it('divided by zero give null', async () => {
    const both = pair();
    await both.add({ n: 7, big: 0, r: 0 });
    const rows = await both.rows((db) =>
      db
        .selectFrom('items')
        .select((eb: Loose) => [
          eb('n', '/', 0).as('a'),
          eb('n', '%', 0).as('b'),
          eb('n', '/', eb.ref('big')).as('c'),
          eb('n', '/', eb.ref('r')).as('d'),
          eb('r', '/', 0).as('e'),
        ]),
    );
    expect(rows).toEqual([{ a: null, b: null, c: null, d: null, e: null }]);
  });

  it('of different types give the wider one', async () => {
    const both = pair();
    await both.add({ n: 7, big: 2, r: 0.5 });
    const rows = await both.rows((db) =>
      db
        .selectFrom('items')
        .select((eb: Loose) => [
          eb('n', '+', eb.ref('big')).as('a'),
          eb('n', '*', eb.ref('r')).as('b'),
          eb('n', '/', eb.ref('r')).as('c'),
          eb('r', '+', 1).as('d'),
          eb('r', '*', 0.1).as('e'),
          eb('n', '-', 10).as('f'),
          eb.fn('abs', [eb('n', '-', 10)]).as('g'),
          eb.neg(eb.ref('r')).as('h'),
        ]),
    );
    expect(rows).toEqual([{ a: 9, b: 3.5, c: 14, d: 1.5, e: 0.05, f: -3, g: 3, h: -0.5 }]);
  });

  it('are cast only where the outcome is the same', async () => {
    const both = pair();
    await both.add({ n: 7, big: 2 ** 40, r: 2.5, b: true });
    const rows = await both.rows((db) =>
      db
        .selectFrom('items')
        .select((eb: Loose) => [
          eb.cast('n', 'real').as('a'),
          eb(eb.cast('n', 'real'), '/', 2).as('b'),
          eb.cast('n', 'text').as('c'),
          eb.cast('big', 'text').as('d'),
          eb.cast('b', 'integer').as('e'),
          eb.cast('r', 'double precision').as('f'),
          eb.cast(eb.val(5), 'bigint').as('g'),
          eb.cast(eb.val('x'), 'text').as('h'),
          eb.cast('n', 'bigint').as('i'),
        ]),
    );
    expect(rows).toEqual([{ a: 7, b: 3.5, c: '7', d: '1099511627776', e: 1, f: 2.5, g: 5, h: 'x', i: 7 }]);
  });

  it('too large for their type are refused, not rounded', async () => {
    const both = pair();
    await both.add(
      { n: 2 ** 31 - 1, big: Number.MAX_SAFE_INTEGER, r: Number.MAX_VALUE },
      { n: 1, big: 1, r: Number.MAX_VALUE },
    );
    const select = (expression: (eb: Loose) => unknown) =>
      both.refusal((db) => db.selectFrom('items').select((eb: Loose) => [(expression(eb) as Loose).as('x')]));
    expect(await select((eb) => eb('n', '+', 1))).toBe('QUERY');
    expect(await select((eb) => eb('big', '+', 1))).toBe('QUERY');
    expect(await select((eb) => eb('big', '*', eb.ref('big')))).toBe('QUERY');
    expect(await select((eb) => eb.fn.sum('big'))).toBe('QUERY');
    expect(await select((eb) => eb('r', '*', 10))).toBe('QUERY');
    const set = (values: (eb: Loose) => object) => both.refusal((db) => db.updateTable('items').set(values));
    expect(await set((eb) => ({ n: eb('n', '+', 1) }))).toBe('CHECK_VIOLATION');
    expect(await set((eb) => ({ big: eb('big', '*', eb.ref('big')) }))).toBe('CHECK_VIOLATION');
    expect(await set((eb) => ({ r: eb('r', '*', 10) }))).toBe('CHECK_VIOLATION');
    expect(await set((eb) => ({ level: eb('level', '-', 1) }))).toBe('CHECK_VIOLATION');
    expect(await both.values((db) => db.selectFrom('items').select('level').distinct())).toEqual([0]);
  });
});

describeParity('aggregates', (pair) => {
  const rows = [
    { n: 1, big: 10, r: 0.5, t: 'b', b: true, at: new Date(1_000), j: { a: 1 } },
    { n: 2, big: 20, r: 1.5, t: 'a', b: false, at: new Date(3_000), j: [1] },
    { n: 2, big: null, r: null, t: null, b: null, at: null, j: null },
  ];

  it('give numbers, text and dates, with and without the words that say so', async () => {
    const both = pair();
    await both.add(...rows);
    const [row] = await both.rows((db) =>
      db
        .selectFrom('items')
        .select(({ fn }: Loose) => [
          fn.countAll().as('count'),
          fn.count('big').as('counted'),
          fn.count('n').distinct().as('distinct'),
          fn.sum('n').as('sum'),
          fn.sum('big').as('sum_big'),
          fn.sum('r').as('sum_real'),
          fn.avg('n').as('avg'),
          fn.avg('r').as('avg_real'),
          fn.min('t').as('min'),
          fn.max('at').as('max'),
          asTimestamp(fn.min('at') as never).as('min_said'),
          fn.countAll().filterWhere('n', '=', 2).as('filtered'),
        ]),
    );
    expect(row).toEqual({
      count: 3,
      counted: 2,
      distinct: 2,
      sum: 5,
      sum_big: 30,
      sum_real: 2,
      avg: 5 / 3,
      avg_real: 1,
      min: 'a',
      max: new Date(3_000),
      min_said: new Date(1_000),
      filtered: 2,
    });
  });

  it('of nothing are null, and a count is 0', async () => {
    const both = pair();
    const [row] = await both.rows((db) =>
      db
        .selectFrom('items')
        .select(({ fn }: Loose) => [
          fn.countAll().as('a'),
          fn.sum('n').as('b'),
          fn.avg('r').as('c'),
          fn.max('at').as('d'),
          fn.min('t').as('e'),
        ]),
    );
    expect(row).toEqual({ a: 0, b: null, c: null, d: null, e: null });
  });

  it('are the same for each group, also the one of nulls, and can be asked for', async () => {
    const both = pair();
    await both.add(...rows, { n: 3, b: true });
    expect(
      await both.rows((db) =>
        db
          .selectFrom('items')
          .select(({ fn }: Loose) => ['b', fn.countAll().as('c'), fn.sum('n').as('s'), fn.max('at').as('at')])
          .groupBy('b')
          .orderBy('b'),
      ),
    ).toEqual([
      { b: null, c: 1, s: 2, at: null },
      { b: false, c: 1, s: 2, at: new Date(3_000) },
      { b: true, c: 2, s: 4, at: new Date(1_000) },
    ]);
    expect(
      await both.values((db) =>
        db
          .selectFrom('items')
          .select('b')
          .groupBy('b')
          .having(({ fn }: Loose) => fn.countAll(), '>', 1),
      ),
    ).toEqual([true]);
  });

  it('keep their types through subqueries, CTEs and set operations', async () => {
    const both = pair();
    await both.add(...rows);
    const latest = { at: new Date(3_000), any: true, counted: 3 };
    const aggregated = (db: Loose) =>
      db
        .selectFrom('items')
        .select((eb: Loose) => [
          eb.fn.max('at').as('at'),
          eb(eb.fn.countAll(), '>', 1).as('any'),
          eb.fn.countAll().as('counted'),
        ]);
    expect(
      await both.rows((db) => db.selectFrom(aggregated(db).as('x')).select(['x.at', 'x.any', 'x.counted'])),
    ).toEqual([latest]);
    expect(
      await both.rows((db) =>
        db
          .with('x', (cte: Loose) => aggregated(cte))
          .selectFrom('x')
          .select(['at', 'any', 'counted']),
      ),
    ).toEqual([latest]);
    expect(
      await both.rows((db) =>
        db
          .with('x(a, b, c)', (cte: Loose) => aggregated(cte))
          .selectFrom('x')
          .select(['a as at', 'b as any', 'c as counted']),
      ),
    ).toEqual([latest]);
    expect(
      await both.rows((db) =>
        db
          .selectFrom('items')
          .select((eb: Loose) => [eb.lit(null).as('at'), eb.lit(true).as('any'), eb.lit(3).as('counted')])
          .where('n', '=', 1)
          .unionAll(aggregated(db))
          .orderBy('at'),
      ),
    ).toEqual([{ ...latest, at: null }, latest]);
    expect(
      await both.values((db) =>
        db
          .selectFrom('items')
          .select((eb: Loose) => eb.selectFrom('items as i').select(eb.fn.max('i.at').as('m')).as('x'))
          .limit(1),
      ),
    ).toEqual([new Date(3_000)]);
    for (const user of [both.sqlite, both.postgres]) {
      const inserted = await user.run(
        anyQuery('returning', ((db: Loose) =>
          db
            .updateTable('items')
            .set({ t: 'x' })
            .where('n', '=', 1)
            .returning((eb: Loose) => [
              'at',
              'b',
              'j',
              eb('n', '>', 0).as('positive'),
              eb.fn.coalesce('at', eb.val(new Date(5))).as('when'),
            ])) as never),
      );
      expect(inserted).toEqual({
        rows: [{ at: new Date(1_000), b: true, j: { a: 1 }, positive: true, when: new Date(1_000) }],
        changes: 1,
      });
    }
  });
});
