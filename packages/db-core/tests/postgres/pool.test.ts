import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import {
  ConfigurationError,
  ConnectionFailedError,
  ConnectionLostError,
  ConnectionTimeoutError,
  DatabaseClosedError,
  DatabaseNotFoundError,
  KeelsonError,
  PoolExhaustedError,
  StatementTimeoutError,
  TransactionTimeoutError,
} from '../../src/errors/index.ts';
import { describeEngine } from '../../src/testing/index.ts';
import { closedPort, errorOf, listen, plan, rowsOf, startProxy, until, useEngines } from './support.ts';

const NOBODY = { size: 0, inUse: 0, idle: 0, waiting: 0 };

describeEngine('postgres', 'connecting', (context) => {
  const open = useEngines(context);

  it('happens at the first use', async () => {
    const engine = await open({ url: `postgresql://x:y@127.0.0.1:${await closedPort()}/z` });
    expect(engine.pool()).toEqual(NOBODY);
  });

  it('to a server that is down fails', async () => {
    const port = await closedPort();
    const engine = await open({ url: `postgresql://x:secret@127.0.0.1:${port}/z` });
    const error = await errorOf(engine.open());
    expect(error).toBeInstanceOf(ConnectionFailedError);
    expect(String(error)).toContain(`127.0.0.1:${port}/z can't be reached`);
    expect(String(error)).not.toContain('secret');
    expect(engine.pool()).toEqual(NOBODY);
  });

  it('to a host that does not exist fails', async () => {
    const engine = await open({ url: 'postgresql://x:y@no-such-host.invalid/z?sslmode=disable' });
    expect(await errorOf(engine.open())).toBeInstanceOf(ConnectionFailedError);
  });

  it('with a wrong password is a fault of the configuration', async () => {
    const url = new URL(await context.emptyUrl());
    url.password = 'wrong';
    const engine = await open({ url: url.href });
    const error = await errorOf(engine.open());
    expect(error).toBeInstanceOf(ConfigurationError);
    expect((error as KeelsonError).hint).toContain('DATABASE_URL');
    expect(String(error)).toContain('password authentication failed for user "keelson"');
  });

  it('without a password is a fault of the configuration', async () => {
    const url = new URL(await context.emptyUrl());
    url.password = '';
    const engine = await open({ url: url.href });
    expect(await errorOf(engine.open())).toBeInstanceOf(ConfigurationError);
  });

  it('that fails while signing in leaves no socket behind', async () => {
    let closed = false;
    // Asks for SCRAM, for which this side then finds that it has no password.
    const server = createServer((socket) => {
      socket
        .on('error', () => undefined)
        .on('close', () => {
          closed = true;
        });
      socket.on('data', (data) => {
        const nonce = /r=([^,]+)$/.exec(data.toString('latin1'))?.[1];
        const [kind, text] = nonce === undefined ? [10, 'SCRAM-SHA-256\0\0'] : [11, `r=${nonce}abc,s=c2FsdA==,i=4096`];
        const message = Buffer.alloc(9 + text.length);
        message.write('R', 0);
        message.writeInt32BE(8 + text.length, 1);
        message.writeInt32BE(kind, 5);
        message.write(text, 9);
        socket.write(message);
      });
    });
    const engine = await open({ url: `postgresql://x@127.0.0.1:${await listen(server)}/z` });
    const error = await errorOf(engine.open());
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(String(error)).toContain('password');
    await until(() => closed);
    server.close();
  });

  it('to a database that does not exist says so, and works once it does', async () => {
    const existing = await context.emptyUrl();
    const url = new URL(existing);
    url.pathname = `${url.pathname}_missing`;
    const engine = await open({ url: url.href });
    const error = await errorOf(engine.open());
    expect(error).toBeInstanceOf(DatabaseNotFoundError);
    expect((error as KeelsonError).hint).toContain('CREATE DATABASE');
    const name = url.pathname.slice(1);
    const raw = context.raw(existing);
    await raw.query(`create database "${name}"`);
    await engine.open();
    await engine.close();
    await raw.query(`drop database "${name}"`);
  });

  it('to a server without TLS fails when TLS is wanted', async () => {
    const engine = await open({ url: `${await context.emptyUrl()}?sslmode=verify-full` });
    expect(await errorOf(engine.open())).toBeInstanceOf(ConfigurationError);
  });

  it('to something that never answers ends in time', async () => {
    const silent = createServer(() => undefined);
    const engine = await open({ url: `postgresql://x:y@127.0.0.1:${await listen(silent)}/z`, connectTimeoutMs: 100 });
    expect(await errorOf(engine.open())).toBeInstanceOf(ConnectionTimeoutError);
    silent.close();
  });

  it('to something that never answers ends when the caller has waited enough', async () => {
    const silent = createServer(() => undefined);
    const engine = await open({
      url: `postgresql://x:y@127.0.0.1:${await listen(silent)}/z`,
      connectTimeoutMs: 2000,
      poolTimeoutMs: 100,
    });
    expect(await errorOf(engine.open())).toBeInstanceOf(ConnectionTimeoutError);
    silent.close();
  });

  it('to something else fails', async () => {
    const other = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const engine = await open({ url: `postgresql://x:y@127.0.0.1:${await listen(other)}/z`, connectTimeoutMs: 1000 });
    expect(await errorOf(engine.open())).toBeInstanceOf(KeelsonError);
    other.close();
  });

  it('tells version, size and place, without the password', async () => {
    const url = await context.emptyUrl();
    const engine = await open({ url });
    await engine.open();
    const info = await engine.info();
    expect(info).toEqual({
      kind: 'postgres',
      version: expect.stringMatching(/^\d+\.\d+$/),
      location: `${new URL(url).host}${new URL(url).pathname}`,
      sizeBytes: expect.any(Number),
      walBytes: null,
    });
    expect(info.sizeBytes).toBeGreaterThan(1_000_000);
  });

  it('names the program', async () => {
    const engine = await open({ applicationName: 'keelson test of names' });
    expect(await rowsOf(engine, `select current_setting('application_name') as name`)).toEqual([
      { name: 'keelson test of names' },
    ]);
  });
});

describeEngine('postgres', 'the pool', (context) => {
  const open = useEngines(context);

  it('refuses more than it has, after the time to wait, and recovers', async () => {
    const engine = await open({ poolSize: 2, maxOverflow: 1, poolTimeoutMs: 1000 });
    const transactions = await Promise.all([1, 2, 3].map(() => engine.begin({ mode: 'write' })));
    expect(engine.pool()).toEqual({ size: 3, inUse: 3, idle: 0, waiting: 0 });
    const refused = errorOf(rowsOf(engine, 'select 1 as a'));
    await until(() => engine.pool().waiting === 1);
    const error = await refused;
    expect(error).toBeInstanceOf(PoolExhaustedError);
    expect(String(error)).toContain('All 3 connections');
    expect(await errorOf(engine.begin({ mode: 'read', waitMs: 1 }))).toBeInstanceOf(PoolExhaustedError);
    const late = rowsOf(engine, 'select 2 as a');
    await transactions[0]?.commit();
    expect(await late).toEqual([{ a: 2 }]);
    for (const transaction of transactions.slice(1)) await transaction.rollback();
    expect(engine.pool()).toEqual({ size: 3, inUse: 0, idle: 3, waiting: 0 });
  });

  it('serves many more than it has', async () => {
    const engine = await open({ poolSize: 3, maxOverflow: 0 });
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) => rowsOf(engine, 'select $1::integer as a', [index])),
    );
    expect(answers.map(([row]) => row?.['a'])).toEqual(Array.from({ length: 200 }, (_, index) => index));
    expect(engine.pool().size).toBe(3);
  });

  it('survives that the server ends an unused connection, and tells of it once', async () => {
    const told: Error[] = [];
    const engine = await open({ poolSize: 1, maxOverflow: 0, onConnectionError: (error) => told.push(error) });
    const [row] = await rowsOf(engine, 'select pg_backend_pid() as pid');
    const raw = context.raw(await context.emptyUrl());
    await raw.query('select pg_terminate_backend($1)', [row?.['pid']]);
    await until(() => engine.pool().size === 0);
    const [after] = await rowsOf(engine, 'select pg_backend_pid() as pid');
    expect(after?.['pid']).not.toBe(row?.['pid']);
    expect(told).toHaveLength(1);
    expect(told[0]).toBeInstanceOf(ConnectionLostError);
  });

  it('loses a connection in the middle of a statement, and recovers', async () => {
    const engine = await open({ poolSize: 1, maxOverflow: 0 });
    const [row] = await rowsOf(engine, 'select pg_backend_pid() as pid');
    const running = errorOf(rowsOf(engine, 'select pg_sleep(30)'));
    const raw = context.raw(await context.emptyUrl());
    await until(
      async () =>
        (await raw.query(`select 1 from pg_stat_activity where pid = $1 and query like '%pg_sleep%'`, [row?.['pid']]))
          .length === 1,
    );
    await raw.query('select pg_terminate_backend($1)', [row?.['pid']]);
    const error = await running;
    expect(error).toBeInstanceOf(ConnectionLostError);
    expect((error as KeelsonError).retriable).toBe(true);
    expect(await rowsOf(engine, 'select 1 as a')).toEqual([{ a: 1 }]);
    expect(engine.pool()).toEqual({ size: 1, inUse: 0, idle: 1, waiting: 0 });
  });

  it('loses a connection between the statements of a transaction, and recovers', async () => {
    const engine = await open({ poolSize: 1, maxOverflow: 0 });
    const transaction = await engine.begin({ mode: 'write' });
    const { rows } = await transaction.execute(plan('select pg_backend_pid() as pid'), []);
    const raw = context.raw(await context.emptyUrl());
    await raw.query('select pg_terminate_backend($1)', [rows[0]?.['pid']]);
    await until(
      async () => (await raw.query('select 1 from pg_stat_activity where pid = $1', [rows[0]?.['pid']])).length === 0,
    );
    expect(await errorOf(Promise.resolve(transaction.execute(plan('select 1'), [])))).toBeInstanceOf(
      ConnectionLostError,
    );
    await transaction.rollback();
    expect(engine.pool().inUse).toBe(0);
    expect(await rowsOf(engine, 'select 1 as a')).toEqual([{ a: 1 }]);
  });

  it('bounds statements of programs, but not those that change the schema', async () => {
    const engine = await open({ statementTimeoutMs: 50, poolSize: 1, maxOverflow: 0 });
    await engine.exec('select pg_sleep(0.15)');
    const sleeping = Promise.resolve(engine.execute(plan('select pg_sleep(0.15)'), []));
    await expect(sleeping).rejects.toThrow(StatementTimeoutError);
  });

  it('ends a statement that takes too long, and throws its connection away', async () => {
    const engine = await open({ statementTimeoutMs: 300 });
    const slow = plan('select pg_sleep(10)', { name: 'test.slow' });
    const error = await errorOf(Promise.resolve(engine.execute(slow, [])));
    expect(error).toBeInstanceOf(StatementTimeoutError);
    expect(String(error)).toContain('test.slow');
    await until(() => engine.pool().size === 0);
    expect(await rowsOf(engine, 'select 1 as a')).toEqual([{ a: 1 }]);
  });

  it('takes a server that has stopped answering for lost', async () => {
    const proxy = await startProxy(await context.emptyUrl());
    const engine = await open({ url: proxy.url, statementTimeoutMs: 500, connectTimeoutMs: 3000, poolTimeoutMs: 3000 });
    await rowsOf(engine, 'select 1');
    proxy.freeze();
    // The server's own limit and the time that its answer may take.
    const error = await errorOf(rowsOf(engine, 'select 2'));
    expect(error).toBeInstanceOf(ConnectionLostError);
    expect(String(error)).toContain('no answer within');
    expect(await errorOf(rowsOf(engine, 'select 3'))).toBeInstanceOf(ConnectionTimeoutError);
    proxy.close();
  });

  it('ends a transaction that its program leaves alone', async () => {
    const engine = await open({ idleInTransactionTimeoutMs: 50, applicationName: 'keelson left alone' });
    const transaction = await engine.begin({ mode: 'write' });
    await until(() => engine.pool().size === 1);
    const raw = context.raw(await context.emptyUrl());
    await until(
      async () =>
        (
          await raw.query(
            `select 1 from pg_stat_activity where state = 'idle in transaction' and application_name = 'keelson left alone'`,
          )
        ).length === 0,
    );
    const error = await errorOf(Promise.resolve(transaction.execute(plan('select 1'), [])));
    expect(error).toBeInstanceOf(TransactionTimeoutError);
    await transaction.rollback();
    expect(await rowsOf(engine, 'select 1 as a')).toEqual([{ a: 1 }]);
  });

  it('closes unused connections and replaces old ones', async () => {
    const idle = await open({ idleTimeoutMs: 50 });
    await rowsOf(idle, 'select 1');
    await until(() => idle.pool().size === 0);
    const recycled = await open({ recycleMs: 50, poolSize: 1, maxOverflow: 0 });
    const [first] = await rowsOf(recycled, 'select pg_backend_pid() as pid');
    await until(() => recycled.pool().size === 0);
    const [second] = await rowsOf(recycled, 'select pg_backend_pid() as pid');
    expect(second?.['pid']).not.toBe(first?.['pid']);
  });

  it('waits for what is running when it is closed, then refuses', async () => {
    const engine = await open({ closeTimeoutMs: 5000 });
    const running = rowsOf(engine, 'select pg_sleep(0.2), 1 as a');
    await until(() => engine.pool().inUse === 1);
    await engine.close();
    expect(await running).toMatchObject([{ a: 1 }]);
    await engine.close();
    expect(await errorOf(rowsOf(engine, 'select 1'))).toBeInstanceOf(DatabaseClosedError);
    expect(engine.pool()).toEqual(NOBODY);
  });

  it('cuts off what runs for too long after it was closed', async () => {
    const engine = await open({ closeTimeoutMs: 50 });
    const transaction = await engine.begin({ mode: 'write' });
    await engine.close();
    expect(await errorOf(Promise.resolve(transaction.execute(plan('select 1'), [])))).toBeInstanceOf(
      ConnectionLostError,
    );
    await transaction.rollback();
  });
});
