import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { BulkInsert, Codec, Engine, Plan } from '../../src/engine/contract.ts';
import { postgresTypes } from '../../src/engine/postgres/codecs.ts';
import { UniqueViolationError } from '../../src/errors/index.ts';
import { describeEngine } from '../../src/testing/index.ts';
import { errorOf, plan, rowsOf, useEngines } from './support.ts';

const types: readonly Codec[] = ['uuid', 'text', 'timestamp', 'boolean', 'json', 'integer', 'bigint', 'real', 'blob'];

/** A table with a column of each type, and the insert for it. */
function wideInsert(suffix = ''): { create: string; insert: Plan } {
  const create = `create table wide (${types.map((codec) => `"the ${codec}" ${postgresTypes[codec]}`).join(', ')})`;
  const columns: BulkInsert['columns'] = types.map((codec, index) => ({
    name: `the ${codec}`,
    codec,
    value: { parameter: index },
  }));
  const sql = `insert into "wide" (${types.map((codec) => `"the ${codec}"`).join(', ')}) values (${types.map((_, index) => `$${index + 1}`).join(', ')}) ${suffix}`;
  return { create, insert: plan(sql, { bulk: { table: 'wide', columns, suffix } }) };
}

function pairs(suffix: string): Plan {
  const columns: BulkInsert['columns'] = [
    { name: 'id', codec: 'integer', value: { parameter: 0 } },
    { name: 'n', codec: 'integer', value: { parameter: 1 } },
  ];
  return plan(`insert into "t" ("id", "n") values ($1, $2) ${suffix}`, { bulk: { table: 't', columns, suffix } });
}

async function openPairs(open: () => Promise<Engine>): Promise<Engine> {
  const engine = await open();
  await engine.exec('create table t (id integer primary key, n integer)');
  return engine;
}

describeEngine('postgres', 'many rows', (context) => {
  const open = useEngines(context);

  it('are the same as one by one', async () => {
    const engine = await open();
    const { create, insert } = wideInsert();
    await engine.exec(create);
    const text = fc.string({ unit: 'binary' }).filter((value) => value.isWellFormed() && !value.includes('\0'));
    const row = fc.tuple(
      fc.option(fc.uuid()),
      fc.option(fc.oneof(text, fc.constantFrom('NULL', '', ' ', '"', '\\', '{}', 'a,b', "'"))),
      fc.option(
        fc.date({
          min: new Date('0001-01-01T00:00:00Z'),
          max: new Date('9999-12-31T23:59:59.999Z'),
          noInvalidDate: true,
        }),
      ),
      fc.option(fc.boolean()),
      fc.option(fc.dictionary(text, fc.oneof(text, fc.integer(), fc.constant(null))), { nil: null }),
      fc.option(fc.integer()),
      fc.option(fc.maxSafeInteger()),
      fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value))),
      fc.option(fc.uint8Array().map((bytes) => Buffer.from(bytes))),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 30 }), async (rows) => {
        await engine.exec('truncate wide');
        const encoded = rows.map((values) => values.map((value, index) => engine.encoder(types[index])(value)));
        expect(await engine.executeMany(insert, encoded)).toBe(rows.length);
        const stored = await rowsOf(engine, `select ${types.map((codec) => `"the ${codec}"`).join(', ')} from wide`);
        const expected = rows.map((values) =>
          values.map((value, index) =>
            types[index] === 'json' && value !== null ? JSON.parse(JSON.stringify(value)) : value,
          ),
        );
        expect(stored.map((one) => Object.values(one))).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });

  it('of more than one chunk are one transaction', async () => {
    const engine = await openPairs(open);
    const rows = Array.from({ length: 10_001 }, (_, index) => [index, -index]);
    expect(await engine.executeMany(pairs(''), rows)).toBe(10_001);
    expect(await rowsOf(engine, 'select count(*) as rows, sum(n) as n from t')).toEqual([
      { rows: 10_001, n: -50_005_000 },
    ]);
    const failing = [...Array.from({ length: 5000 }, (_, index) => [20_000 + index, 0]), [0, 0]];
    expect(await errorOf(Promise.resolve(engine.executeMany(pairs(''), failing)))).toBeInstanceOf(UniqueViolationError);
    expect(await rowsOf(engine, 'select count(*) as rows from t')).toEqual([{ rows: 10_001 }]);
    expect(engine.pool().inUse).toBe(0);
  });

  it('have statistics before they are committed, by which the server finds the right index', async () => {
    const engine = await openPairs(open);
    const transaction = await engine.begin({ mode: 'write' });
    const areThere = plan(`select reltuples > 0 as are_there from pg_class where oid = 't'::regclass`);
    const insert = (from: number, count: number): Promise<number> =>
      Promise.resolve(
        transaction.executeMany(
          pairs(''),
          Array.from({ length: count }, (_, index) => [from + index, 0]),
        ),
      );
    await insert(0, 900);
    expect((await transaction.execute(areThere, [])).rows).toEqual([{ are_there: false }]);
    await insert(900, 20_000);
    expect((await transaction.execute(areThere, [])).rows).toEqual([{ are_there: true }]);
    await transaction.commit();
  });

  it('may be large', async () => {
    const engine = await open();
    await engine.exec('create table large (a text)');
    const insert = plan('insert into "large" ("a") values ($1)', {
      bulk: { table: 'large', columns: [{ name: 'a', codec: 'text', value: { parameter: 0 } }], suffix: '' },
    });
    const rows = Array.from({ length: 20 }, () => ['x"'.repeat(500_000)]);
    expect(await engine.executeMany(insert, rows)).toBe(20);
    expect(await rowsOf(engine, 'select sum(length(a)) as n from large')).toEqual([{ n: 20_000_000 }]);
  });

  it('may leave out those that are there', async () => {
    const engine = await openPairs(open);
    await engine.executeMany(pairs(''), [[1, 1]]);
    expect(
      await engine.executeMany(pairs('on conflict ("id") do nothing'), [
        [1, 2],
        [2, 2],
        [2, 3],
      ]),
    ).toBe(1);
    expect(await rowsOf(engine, 'select id, n from t order by id')).toEqual([
      { id: 1, n: 1 },
      { id: 2, n: 2 },
    ]);
  });

  it('may change those that are there, also one of their own', async () => {
    const engine = await openPairs(open);
    const upsert = pairs('on conflict ("id") do update set "n" = excluded."n"');
    expect(
      await engine.executeMany(upsert, [
        [1, 1],
        [2, 2],
      ]),
    ).toBe(2);
    expect(
      await engine.executeMany(upsert, [
        [1, 10],
        [3, 3],
        [1, 11],
      ]),
    ).toBe(3);
    expect(await rowsOf(engine, 'select id, n from t order by id')).toEqual([
      { id: 1, n: 11 },
      { id: 2, n: 2 },
      { id: 3, n: 3 },
    ]);
  });

  it('may share a value, or all of them', async () => {
    const engine = await openPairs(open);
    const shared: BulkInsert = {
      table: 't',
      columns: [
        { name: 'id', codec: 'integer', value: { parameter: 0 } },
        { name: 'n', codec: 'integer', value: { constant: 7 } },
      ],
      suffix: '',
    };
    expect(await engine.executeMany(plan('insert …', { bulk: shared }), [[1], [2]])).toBe(2);
    expect(await rowsOf(engine, 'select id, n from t order by id')).toEqual([
      { id: 1, n: 7 },
      { id: 2, n: 7 },
    ]);
    await engine.exec('create table same (a integer)');
    const same: BulkInsert = {
      table: 'same',
      columns: [{ name: 'a', codec: 'integer', value: { constant: 5 } }],
      suffix: '',
    };
    expect(await engine.executeMany(plan('insert …', { bulk: same }), [[], [], []])).toBe(3);
    expect(await rowsOf(engine, 'select a from same')).toEqual([{ a: 5 }, { a: 5 }, { a: 5 }]);
  });

  it('may be none', async () => {
    const engine = await openPairs(open);
    expect(await engine.executeMany(pairs(''), [])).toBe(0);
    expect(await engine.executeMany(plan('update t set n = $1'), [])).toBe(0);
  });

  it('of any other statement go one by one, and undo all when one fails', async () => {
    const engine = await openPairs(open);
    await engine.executeMany(
      pairs(''),
      Array.from({ length: 1000 }, (_, index) => [index, 0]),
    );
    const update = plan('update t set n = $1 where id = $2');
    expect(
      await engine.executeMany(
        update,
        Array.from({ length: 1000 }, (_, index) => [index * 2, index]),
      ),
    ).toBe(1000);
    expect(await rowsOf(engine, 'select sum(n) as n from t')).toEqual([{ n: 999_000 }]);
    const insert = plan('insert into t values ($1, $2)');
    const error = await errorOf(
      Promise.resolve(
        engine.executeMany(
          insert,
          Array.from({ length: 500 }, (_, index) => [index === 200 ? 0 : 5000 + index, 1]),
        ),
      ),
    );
    expect(error).toBeInstanceOf(UniqueViolationError);
    expect(await rowsOf(engine, 'select count(*) as n from t')).toEqual([{ n: 1000 }]);
    // The connection is used on, one statement after the other.
    expect(await Promise.all([1, 2, 3].map((a) => rowsOf(engine, 'select $1::integer as a', [a])))).toEqual([
      [{ a: 1 }],
      [{ a: 2 }],
      [{ a: 3 }],
    ]);
  });

  it('go one by one without prepared statements too', async () => {
    const engine = await open({ preparedStatements: false });
    await engine.exec('create table t (id integer primary key, n integer)');
    expect(
      await engine.executeMany(
        plan('insert into t values ($1, $2)'),
        Array.from({ length: 300 }, (_, index) => [index, 0]),
      ),
    ).toBe(300);
  });
});
