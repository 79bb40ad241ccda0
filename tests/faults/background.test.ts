import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, defineQuery, Jobs, type Migration, newId, openDatabase, Worker } from '@keelson/db-core';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { effectJobs, effectsMigration, TOTAL_ID } from '../support/job-effects.ts';
import { breakerSettings, resetMs, times } from './form.ts';
import { faultsOf, Load } from './load.ts';
import { useServer } from './server.ts';

declare module '@keelson/db-core' {
  interface ApplicationTables {
    test_seen: { user_id: string; id: string; key: string; operation: string };
  }
}

/** What a consumer writes: a row for each change, and nothing that keeps it from writing one twice. */
const seenMigration: Migration = {
  name: 'test_0002_seen',
  up(m) {
    m.createTable(
      'test_seen',
      (t) => ({ user_id: t.userId(), id: t.uuid(), key: t.text({ max: 255 }), operation: t.text({ max: 10 }) }),
      { primaryKey: ['user_id', 'id'] },
    );
  },
  down(m) {
    m.dropTables('test_seen');
  },
};

const insertSeen = defineQuery('faults.insertSeen', (db, p: { id: string; key: string; operation: string }) =>
  db.insertInto('test_seen').values({ id: p.id, key: p.key, operation: p.operation }),
);

const JOBS = 40 * times;

describe('work in the background, when PostgreSQL is stopped and started', () => {
  const server = useServer();

  it('goes on by itself, and has its effect exactly once', async () => {
    const url = await server.create();
    const migrations = [effectsMigration, seenMigration];
    const open = (): Database => openDatabase({ url, env: breakerSettings, migrations });
    // Each as in a process of its own: its pool, its circuit.
    await using writing = open();
    await using working = open();
    await using consuming = open();

    const jobs = effectJobs(writing);
    await writing.forUser('ada').run((db) => db.insertInto('test_totals').values({ id: TOTAL_ID, total: 0 }));
    await writing.transaction('ada', async () => {
      for (let n = 1; n <= JOBS; n += 1) await jobs.enqueue('ada', 'test.effect', { n, ms: 150 });
    });

    const stop = new AbortController();
    const worker = new Worker(effectJobs(working), {
      concurrency: 4,
      leaseMs: 2000,
      pollMs: 50,
      signal: stop.signal,
    }).run();
    const consumer = consuming.changes.consume(
      'seen',
      async (changes) => {
        for (const { table, key, operation, userId } of changes)
          if (table === 'conversations')
            await consuming.forUser(userId).run(insertSeen, { id: newId(), key, operation });
      },
      { signal: stop.signal, leaseMs: 2000, batchSize: 20 },
    );
    const load = new Load(writing, 'writer');
    load.start(2);

    for (const mode of ['immediate', 'fast'] as const) {
      await sleep(600 * times);
      await server.halt(mode);
      await expect.poll(() => writing.breakerState, { timeout: 20_000 }).toBe('open');
      const before = load.acknowledged;
      await server.resume();
      await expect.poll(() => load.acknowledged, { timeout: resetMs + 60_000 }).toBeGreaterThan(before);
    }
    const outcome = await load.stop();
    const count = async (sql: string): Promise<number> => Number((await server.query(url, sql))[0]?.['counted']);
    const openJobs = `SELECT count(*) AS counted FROM jobs WHERE status <> 'completed'`;
    await expect.poll(() => count(openJobs), { timeout: 2 * resetMs + 90_000, interval: 100 }).toBe(0);
    const written = await server.query(url, 'SELECT id, title, version FROM conversations');
    const expected = written.flatMap(({ id, title }) => {
      // Half of the writers change what they have just written.
      const isChanged = /^writer \d*[13579]:/.test(String(title));
      return isChanged ? [`${String(id)} insert`, `${String(id)} update`] : [`${String(id)} insert`];
    });
    const seenCount = 'SELECT count(*) AS counted FROM test_seen';
    await expect
      .poll(() => count(seenCount), { timeout: 2 * resetMs + 30_000, interval: 100 })
      .toBeGreaterThanOrEqual(expected.length);
    stop.abort();
    await Promise.all([worker, consumer]);

    const titles = written.map(({ title }) => String(title));
    expect(faultsOf([outcome], titles)).toEqual([]);
    const seen = await server.query(url, 'SELECT key, operation FROM test_seen');
    expect(seen.map(({ key, operation }) => `${String(key)} ${String(operation)}`).sort()).toEqual(expected.sort());
    const effects = await server.query(url, 'SELECT n FROM test_effects');
    expect(effects.map(({ n }) => Number(n)).sort((a, b) => a - b)).toEqual(
      Array.from({ length: JOBS }, (_, index) => index + 1),
    );
    expect(await count('SELECT total AS counted FROM test_totals')).toBe((JOBS * (JOBS + 1)) / 2);
  });

  it('keeps the outcome of a job that ends meanwhile, so that it need not be done again', async () => {
    const url = await server.create();
    await using database = openDatabase({ url, env: { DATABASE_BREAKER_RESET: '0.5' } });
    const jobs = new Jobs(database);
    const stop = new AbortController();
    const begun = Promise.withResolvers<void>();
    let runs = 0;
    jobs.define({
      kind: 'test.outside',
      parameters: z.strictObject({}),
      run: async () => {
        runs += 1;
        begun.resolve();
        await sleep(300);
        return runs;
      },
    });
    const { id } = await jobs.enqueue('ada', 'test.outside', {});
    const worker = new Worker(jobs, { pollMs: 50, signal: stop.signal }).run();
    await begun.promise;
    await server.halt('fast');
    // Longer than the few tries that every outcome has.
    await sleep(3000);
    await server.resume();
    const status = async (): Promise<string> =>
      jobs.get('ada', id).then(
        (job) => job.status,
        () => 'not known',
      );
    await expect.poll(status, { timeout: 20_000 }).toBe('completed');
    expect(await jobs.get('ada', id)).toMatchObject({ attempts: 1, result: 1 });
    stop.abort();
    await worker;
  });
});
