import { expect, it } from 'vitest';
import type { Codec } from '../../src/engine/contract.ts';
import { QueryError } from '../../src/errors/index.ts';
import { describeEngine } from '../../src/testing/index.ts';
import { errorOf, plan, rowsOf, useEngines } from './support.ts';

describeEngine('postgres', 'a stream', (context) => {
  const open = useEngines(context);
  const numbers = plan('select n, n % 2 as odd from generate_series(1, $1::integer) n');

  it('gives all rows in chunks, then the connection back', async () => {
    const engine = await open();
    const sizes: number[] = [];
    let sum = 0;
    for await (const chunk of engine.stream(numbers, [2500], 1000)) {
      expect(engine.pool().inUse).toBe(1);
      sizes.push(chunk.length);
      for (const row of chunk) sum += Number(row['n']);
    }
    expect(sizes).toEqual([1000, 1000, 500]);
    expect(sum).toBe(3_126_250);
    expect(engine.pool()).toEqual({ size: 1, inUse: 0, idle: 1, waiting: 0 });
  });

  it('ends with a full chunk, and may be empty', async () => {
    const engine = await open();
    for (const [rows, expected] of [
      [4, [2, 2]],
      [0, []],
    ] as const) {
      const sizes: number[] = [];
      for await (const chunk of engine.stream(numbers, [rows], 2)) sizes.push(chunk.length);
      expect(sizes).toEqual(expected);
    }
  });

  it('decodes like any statement', async () => {
    const engine = await open();
    const decode = new Map<string, Codec>([['odd', 'boolean']]);
    for await (const chunk of engine.stream({ ...numbers, decode }, [2], 10))
      expect(chunk).toEqual([
        { n: 1, odd: true },
        { n: 2, odd: false },
      ]);
  });

  it('sees one snapshot', async () => {
    const engine = await open();
    await engine.exec('create table t (id integer); insert into t select generate_series(1, 10)');
    let seen = 0;
    for await (const chunk of engine.stream(plan('select id from t'), [], 3)) {
      seen += chunk.length;
      await engine.exec('insert into t values (99)');
    }
    expect(seen).toBe(10);
  });

  it('gives the connection back when its reader stops or throws', async () => {
    const engine = await open();
    for await (const _ of engine.stream(numbers, [1_000_000], 10)) break;
    expect(engine.pool()).toMatchObject({ inUse: 0, idle: 1 });
    const failing = async (): Promise<void> => {
      for await (const _ of engine.stream(numbers, [1_000_000], 10)) throw new Error('enough');
    };
    expect(await errorOf(failing())).toEqual(new Error('enough'));
    expect(engine.pool()).toMatchObject({ inUse: 0, idle: 1 });
    expect(await rowsOf(engine, `select count(*) as n from pg_cursors where name = 'keelson_stream'`)).toEqual([
      { n: 0 },
    ]);
  });

  it('takes no connection before it is read', async () => {
    const engine = await open();
    engine.stream(numbers, [10], 10);
    expect(engine.pool().size).toBe(0);
  });

  it('fails like any statement', async () => {
    const engine = await open();
    const reading = async (): Promise<void> => {
      for await (const _ of engine.stream(plan('select 1 / (n - 5) from generate_series(1, 10) n'), [], 2));
    };
    expect(await errorOf(reading())).toBeInstanceOf(QueryError);
    expect(engine.pool().inUse).toBe(0);
  });
});
