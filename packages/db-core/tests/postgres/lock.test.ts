import { expect, it } from 'vitest';
import { ConnectionFailedError, ConnectionLostError, MigrationLockedError } from '../../src/errors/index.ts';
import { describeEngine } from '../../src/testing/index.ts';
import { closedPort, errorOf, until, useEngines } from './support.ts';

describeEngine('postgres', 'a lock', (context) => {
  const open = useEngines(context);

  it('lets one work and the other wait', async () => {
    const url = await context.emptyUrl();
    const [a, b] = [await open({ url }), await open({ url })];
    let working = 0;
    const steps: number[] = [];
    const work = async (): Promise<string> => {
      working += 1;
      steps.push(working);
      await new Promise((resolve) => void setTimeout(resolve, 50));
      working -= 1;
      return 'done';
    };
    expect(await Promise.all([a, b, a, b].map((engine) => engine.withLock('migrations', 10_000, work)))).toEqual([
      'done',
      'done',
      'done',
      'done',
    ]);
    expect(steps).toEqual([1, 1, 1, 1]);
  });

  it('tells who holds it', async () => {
    const url = await context.emptyUrl();
    const holder = await open({ url, applicationName: 'the other deployment' });
    const engine = await open({ url });
    const before = Date.now();
    await holder.withLock('migrations', 0, async () => {
      const error = await errorOf(engine.withLock('migrations', 150, () => Promise.resolve()));
      expect(error).toBeInstanceOf(MigrationLockedError);
      const { message, details } = error as MigrationLockedError;
      expect(message).toMatch(
        /^The lock "migrations" is held by the other deployment \(process \d+ of the server\) since 20\d\d-\S+Z; waited 150 ms for it\.$/,
      );
      const held = details['holder'] as { pid: number; applicationName: string; since: Date };
      expect(held).toEqual({
        pid: expect.any(Number),
        applicationName: 'the other deployment',
        since: expect.any(Date),
      });
      expect(Math.abs(held.since.getTime() - before)).toBeLessThan(60_000);
    });
    expect(await engine.withLock('migrations', 0, () => Promise.resolve('free'))).toBe('free');
  });

  it('of another name, database or schema is another lock', async () => {
    const url = await context.emptyUrl();
    const raw = context.raw(url);
    await raw.query('create schema other');
    const name = new URL(url).pathname.slice(1);
    const engine = await open({ url });
    const elsewhere = await open();
    const ok = (): Promise<string> => Promise.resolve('ok');
    await engine.withLock('migrations', 0, async () => {
      expect(await engine.withLock('backup', 0, ok)).toBe('ok');
      expect(await elsewhere.withLock('migrations', 0, ok)).toBe('ok');
      await raw.query(`alter database "${name}" set search_path to other`);
      const inOtherSchema = await open({ url });
      expect(await inOtherSchema.withLock('migrations', 0, ok)).toBe('ok');
    });
  });

  it('is free again after the work failed, with the work’s own error', async () => {
    const engine = await open();
    const failure = new Error('my own');
    expect(await errorOf(engine.withLock('migrations', 0, () => Promise.reject(failure)))).toBe(failure);
    expect(await engine.withLock('migrations', 0, () => Promise.resolve(1))).toBe(1);
  });

  it('that is lost during the work says so afterwards', async () => {
    const url = await context.emptyUrl();
    const engine = await open({ url });
    const raw = context.raw(url);
    const locked = errorOf(
      engine.withLock('migrations', 0, async () => {
        await raw.query(
          `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`,
        );
        await until(
          async () =>
            (
              await raw.query(
                `select 1 from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`,
              )
            ).length === 0,
        );
        await new Promise((resolve) => void setTimeout(resolve, 50));
      }),
    );
    expect(await locked).toBeInstanceOf(ConnectionLostError);
  });

  it('without a server fails', async () => {
    const engine = await open({ url: `postgresql://x:y@127.0.0.1:${await closedPort()}/z` });
    expect(await errorOf(engine.withLock('migrations', 0, () => Promise.resolve()))).toBeInstanceOf(
      ConnectionFailedError,
    );
  });
});
