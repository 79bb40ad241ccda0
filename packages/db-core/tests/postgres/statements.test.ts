import { expect, it } from 'vitest';
import type { Engine, Plan } from '../../src/engine/contract.ts';
import { statementName } from '../../src/engine/postgres/statements.ts';
import { SerializationError } from '../../src/errors/index.ts';
import { describeEngine } from '../../src/testing/index.ts';
import { errorOf, plan, rowsOf, useEngines } from './support.ts';

const PREPARED = 'select count(*) as count from pg_prepared_statements';

async function prepared(engine: Engine): Promise<unknown> {
  const { rows } = await engine.execute(plan(PREPARED, { name: 'dynamic' }), []);
  return rows[0]?.['count'];
}

describeEngine('postgres', 'prepared statements', (context) => {
  const open = useEngines(context);

  it('are made once for each plan', async () => {
    const engine = await open({ poolSize: 1, maxOverflow: 0 });
    const one = plan('select $1::integer as a');
    for (let run = 0; run < 5; run += 1) expect((await engine.execute(one, [run])).rows).toEqual([{ a: run }]);
    expect(await prepared(engine)).toBe(1);
  });

  it('are not made for what is built on the spot', async () => {
    const engine = await open({ poolSize: 1, maxOverflow: 0 });
    await engine.execute(plan('select 1', { name: 'dynamic' }), []);
    expect(await prepared(engine)).toBe(0);
  });

  it('are not made where they are switched off', async () => {
    const engine = await open({ poolSize: 1, maxOverflow: 0, preparedStatements: false });
    await engine.execute(plan('select $1::integer'), [1]);
    expect(await prepared(engine)).toBe(0);
  });

  it('never grow beyond the limit, in whichever order they come', async () => {
    const engine = await open({ poolSize: 1, maxOverflow: 0, statementCacheSize: 16 });
    const plans = Array.from({ length: 100 }, (_, index) => plan(`select ${index} as a, $1::integer as b`));
    for (let run = 0; run < 400; run += 1) {
      const index = (run * 37) % 100;
      const { rows } = await engine.execute(plans[index] as Plan, [run]);
      expect(rows).toEqual([{ a: index, b: run }]);
      if (run % 50 === 0) expect(await prepared(engine)).toBeLessThanOrEqual(16);
    }
    expect(await prepared(engine)).toBeLessThanOrEqual(16);
  });

  it('keep those in use longest', async () => {
    const engine = await open({ poolSize: 1, maxOverflow: 0, statementCacheSize: 8 });
    const often = plan('select 1 as often');
    for (let index = 0; index < 50; index += 1) {
      await engine.execute(often, []);
      await engine.execute(plan(`select ${index} as rare`), []);
    }
    const { rows } = await engine.execute(
      plan('select statement from pg_prepared_statements where name = $1', { name: 'dynamic' }),
      [statementName(often)],
    );
    expect(rows).toEqual([{ statement: 'select 1 as often' }]);
  });

  it('make room also inside a transaction and after a failed statement', async () => {
    const engine = await open({ poolSize: 1, maxOverflow: 0, statementCacheSize: 2 });
    for (let index = 0; index < 10; index += 1) {
      await errorOf(rowsOf(engine, `select ${index} / 0`));
      await errorOf(rowsOf(engine, `select ${index} from nowhere`));
    }
    const transaction = await engine.begin({ mode: 'write' });
    for (let index = 0; index < 10; index += 1) {
      const { rows } = await transaction.execute(plan(`select ${index} as a`), []);
      expect(rows).toEqual([{ a: index }]);
    }
    await transaction.commit();
    expect(await prepared(engine)).toBeLessThanOrEqual(2);
  });

  it('are prepared anew when the schema changed', async () => {
    const engine = await open({ poolSize: 1, maxOverflow: 0 });
    await engine.exec('create table t (a integer, b integer); insert into t values (1, 2)');
    const all = plan('select * from t');
    expect((await engine.execute(all, [])).rows).toEqual([{ a: 1, b: 2 }]);
    await engine.exec('alter table t alter column b type text');
    expect((await engine.execute(all, [])).rows).toEqual([{ a: 1, b: '2' }]);
  });

  it('make a transaction worth repeating when the schema changed under it', async () => {
    const url = await context.emptyUrl();
    const engine = await open({ url, poolSize: 1, maxOverflow: 0 });
    await engine.exec('create table t (a integer, b integer); insert into t values (1, 2)');
    const all = plan('select * from t');
    await engine.execute(all, []);
    await context.raw(url).query('alter table t alter column b type text');
    const transaction = await engine.begin({ mode: 'write' });
    const error = await errorOf(Promise.resolve(transaction.execute(all, [])));
    expect(error).toBeInstanceOf(SerializationError);
    await transaction.rollback();
    expect((await engine.execute(all, [])).rows).toEqual([{ a: 1, b: '2' }]);
  });

  it('are prepared anew when they were lost', async () => {
    const engine = await open({ poolSize: 1, maxOverflow: 0 });
    const one = plan('select 1 as a');
    const two = plan('select 2 as a');
    await engine.execute(one, []);
    await engine.execute(two, []);
    await engine.exec('deallocate all');
    expect((await engine.execute(one, [])).rows).toEqual([{ a: 1 }]);
    expect((await engine.execute(two, [])).rows).toEqual([{ a: 2 }]);
  });
});
