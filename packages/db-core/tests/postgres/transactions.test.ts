import { expect, it } from 'vitest';
import type { Engine } from '../../src/engine/contract.ts';
import {
  AmbiguousCommitError,
  ConcurrentTransactionUseError,
  ConnectionLostError,
  ForeignKeyViolationError,
  TransactionAbortedError,
  TransactionClosedError,
  UniqueViolationError,
} from '../../src/errors/index.ts';
import { describeEngine } from '../../src/testing/index.ts';
import { errorOf, plan, rowsOf, startProxy, until, useEngines } from './support.ts';

const INSERT = plan('insert into t values ($1)');

describeEngine('postgres', 'transactions', (context) => {
  const openBare = useEngines(context);

  async function open(options = {}): Promise<Engine> {
    const engine = await openBare(options);
    await engine.exec('create table if not exists t (id integer primary key)');
    return engine;
  }

  it('keep all or nothing', async () => {
    const engine = await open();
    const kept = await engine.begin({ mode: 'write' });
    expect(await kept.execute(INSERT, [1])).toEqual({ rows: [], changes: 1 });
    await kept.commit();
    const undone = await engine.begin({ mode: 'write' });
    await undone.execute(INSERT, [2]);
    await undone.rollback();
    expect(await rowsOf(engine, 'select id from t')).toEqual([{ id: 1 }]);
  });

  it('of reads see one snapshot', async () => {
    const engine = await open();
    const reading = await engine.begin({ mode: 'read' });
    const count = plan('select count(*) as n from t');
    expect((await reading.execute(count, [])).rows).toEqual([{ n: 0 }]);
    await engine.execute(INSERT, [1]);
    expect((await reading.execute(count, [])).rows).toEqual([{ n: 0 }]);
    await reading.commit();
  });

  it('for the schema have no time limit, and give it back', async () => {
    const engine = await open({ statementTimeoutMs: 300, poolSize: 1, maxOverflow: 0 });
    const transaction = await engine.begin({ mode: 'exclusive-schema' });
    await transaction.exec('create table u (a integer); select pg_sleep(0.6)');
    await transaction.commit();
    expect(await rowsOf(engine, `select current_setting('statement_timeout') as a`)).toEqual([{ a: '300ms' }]);
  });

  it('refuse all after their end', async () => {
    const engine = await open();
    const transaction = await engine.begin({ mode: 'write' });
    await transaction.commit();
    await transaction.rollback();
    for (const late of [
      transaction.execute(INSERT, [1]),
      transaction.exec('select 1'),
      transaction.executeMany(INSERT, [[1]]),
      transaction.commit(),
    ]) {
      expect(await errorOf(Promise.resolve(late))).toBeInstanceOf(TransactionClosedError);
    }
    expect(engine.pool().inUse).toBe(0);
  });

  it('refuse two statements at once', async () => {
    const engine = await open();
    const transaction = await engine.begin({ mode: 'write' });
    const first = transaction.execute(plan('select pg_sleep(0.1)'), []);
    expect(await errorOf(Promise.resolve(transaction.execute(INSERT, [1])))).toBeInstanceOf(
      ConcurrentTransactionUseError,
    );
    expect(await errorOf(Promise.resolve(transaction.commit()))).toBeInstanceOf(ConcurrentTransactionUseError);
    await first;
    await transaction.execute(INSERT, [1]);
    await transaction.commit();
    expect(await rowsOf(engine, 'select id from t')).toEqual([{ id: 1 }]);
  });

  it('roll back after the statement that still runs', async () => {
    const engine = await open();
    const transaction = await engine.begin({ mode: 'write' });
    const running = Promise.resolve(transaction.execute(plan('select pg_sleep(0.1)'), []));
    await transaction.rollback();
    await running;
    expect(engine.pool()).toEqual({ size: 1, inUse: 0, idle: 1, waiting: 0 });
  });

  it('that are stuck lose their connection when they are rolled back, and their locks', async () => {
    const engine = await open();
    await engine.execute(INSERT, [1]);
    const transaction = await engine.begin({ mode: 'write' });
    const running = errorOf(Promise.resolve(transaction.execute(plan('select id, pg_sleep(8) from t for update'), [])));
    await transaction.rollback();
    expect(await running).toBeInstanceOf(ConnectionLostError);
    expect(await rowsOf(engine, 'delete from t returning id')).toEqual([{ id: 1 }]);
  });

  it('are of no use after a failed statement, but for savepoints', async () => {
    const engine = await open();
    const transaction = await engine.begin({ mode: 'write' });
    await transaction.execute(INSERT, [1]);
    await transaction.exec('savepoint s');
    expect(await errorOf(Promise.resolve(transaction.execute(INSERT, [1])))).toBeInstanceOf(UniqueViolationError);
    expect(await errorOf(Promise.resolve(transaction.execute(INSERT, [2])))).toBeInstanceOf(TransactionAbortedError);
    await transaction.exec('rollback to savepoint s; release savepoint s');
    await transaction.execute(INSERT, [3]);
    await transaction.commit();
    expect(await rowsOf(engine, 'select id from t order by id')).toEqual([{ id: 1 }, { id: 3 }]);
  });

  it('that failed say so when they are committed', async () => {
    const engine = await open();
    const transaction = await engine.begin({ mode: 'write' });
    await transaction.execute(INSERT, [1]);
    await errorOf(Promise.resolve(transaction.execute(INSERT, [1])));
    expect(await errorOf(transaction.commit() as Promise<void>)).toBeInstanceOf(TransactionAbortedError);
    expect(await rowsOf(engine, 'select id from t')).toEqual([]);
    expect(engine.pool().inUse).toBe(0);
  });

  it('can fail for good at the commit', async () => {
    const engine = await open();
    await engine.exec('create table u (t integer references t deferrable initially deferred)');
    const transaction = await engine.begin({ mode: 'write' });
    await transaction.exec('insert into u values (9)');
    expect(await errorOf(transaction.commit() as Promise<void>)).toBeInstanceOf(ForeignKeyViolationError);
    expect(await rowsOf(engine, 'select 1 as a')).toEqual([{ a: 1 }]);
    expect(engine.pool().inUse).toBe(0);
  });

  it('whose connection breaks during the commit are in doubt', async () => {
    const url = await context.emptyUrl();
    const proxy = await startProxy(url);
    const engine = await open({ url: proxy.url });
    const transaction = await engine.begin({ mode: 'write' });
    await transaction.execute(INSERT, [1]);
    proxy.cutAfter('commit');
    const error = await errorOf(transaction.commit() as Promise<void>);
    expect(error).toBeInstanceOf(AmbiguousCommitError);
    expect((error as AmbiguousCommitError).retriable).toBe(false);
    expect(engine.pool().inUse).toBe(0);
    // This one was kept, which nobody on this side could know.
    const raw = context.raw(url);
    await until(async () => (await raw.query('select id from t')).length === 1);
    await engine.execute(INSERT, [2]);
    proxy.close();
  });

  it('whose connection broke before the commit are not', async () => {
    const url = await context.emptyUrl();
    const noticed = Promise.withResolvers<Error>();
    const engine = await open({ url, onConnectionError: noticed.resolve });
    const transaction = await engine.begin({ mode: 'write' });
    const { rows } = await transaction.execute(plan('select pg_backend_pid() as pid'), []);
    await context.raw(url).query('select pg_terminate_backend($1)', [rows[0]?.['pid']]);
    await noticed.promise;
    expect(await errorOf(transaction.commit() as Promise<void>)).toBeInstanceOf(ConnectionLostError);
  });
});
