import { join } from 'node:path';
import { describeEngines, type EngineContext } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { Child } from '../support/child.ts';
import { effectJobs, effectsMigration, TOTAL_ID } from '../support/job-effects.ts';

const JOBS = 60;
const KILLS = 6;
const LEASE_MS = 700;
const script = join(import.meta.dirname, '../support/job-worker-process.ts');
const migrations = [effectsMigration];

async function prepared(context: EngineContext, count: number, pace: { ms: number; stallMs?: number }) {
  const database = await context.open({ migrations });
  const jobs = effectJobs(database);
  const ada = database.forUser('ada');
  await ada.run((db) => db.insertInto('test_totals').values({ id: TOTAL_ID, total: 0 }));
  await database.transaction('ada', async () => {
    for (let n = 1; n <= count; n += 1) await jobs.enqueue('ada', 'test.effect', { n, ...pace });
  });
  const open = async (): Promise<boolean> =>
    (await jobs.list('ada', { status: 'pending', limit: 1 })).items.length +
      (await jobs.list('ada', { status: 'running', limit: 1 })).items.length >
    0;
  /** What the jobs have done: how many of them, and the sum. */
  const effects = async () => {
    const rows = await ada.all((db) => db.selectFrom('test_effects').select('n'));
    const total = await ada.first((db) => db.selectFrom('test_totals').select('total'));
    return { rows: rows.length, distinct: new Set(rows.map(({ n }) => n)).size, total: total?.total };
  };
  const start = (): Child => new Child(script, [database.config.target.url, '3', String(LEASE_MS)]);
  return { jobs, open, effects, start };
}

async function waitWhile(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (await condition()) {
    if (performance.now() > deadline) throw new Error('It does not end.');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describeEngines('workers', (context) => {
  it('that are killed at random lose no job, and none has its effect twice', async () => {
    const { jobs, open, effects, start } = await prepared(context, JOBS, { ms: 120 });
    const workers = [start(), start(), start()];
    await Promise.all(workers.map((worker) => worker.line(2)));
    for (let kill = 0; kill < KILLS; kill += 1) {
      const place = Math.floor(Math.random() * workers.length);
      await workers[place]!.kill();
      workers[place] = start();
      await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 200));
    }
    await waitWhile(open);
    for (const worker of workers) await worker.kill();
    expect(await effects()).toEqual({ rows: JOBS, distinct: JOBS, total: (JOBS * (JOBS + 1)) / 2 });
    const all = (await jobs.list('ada', { limit: 500 })).items;
    expect(all.filter(({ status }) => status === 'completed')).toHaveLength(JOBS);
    // Otherwise nothing was shown.
    expect(all.some(({ attempts }) => attempts > 1)).toBe(true);
  }, 150_000);

  it('that stand still for longer than their lease write nothing when they come back', async () => {
    const { jobs, open, effects, start } = await prepared(context, 1, { ms: 100, stallMs: 4 * LEASE_MS });
    const workers = [start(), start()];
    await waitWhile(open);
    const lost = (): string[] => workers.flatMap(({ lines }) => lines.filter((line) => line.includes('lost')));
    await waitWhile(async () => lost().length === 0);
    for (const worker of workers) worker.stop();
    for (const worker of workers) expect(await worker.ended()).toMatchObject({ code: 0, errors: '' });
    const [job] = (await jobs.list('ada')).items;
    expect(job).toMatchObject({ status: 'completed', attempts: 2, progress: 100 });
    expect(lost()).toEqual([JSON.stringify({ lost: job!.id })]);
    expect(await effects()).toEqual({ rows: 1, distinct: 1, total: 1 });
    const { items } = await jobs.lines('ada', job!.id);
    expect(items.map(({ message }) => message)).toEqual(['attempt 1', 'attempt 2']);
  }, 150_000);
});
