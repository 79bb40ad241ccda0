import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ensureKernelSchedules, Jobs, Schedules, SYSTEM_OWNER } from '../../src/index.ts';
import { describeEngines } from '../../src/testing/index.ts';
import { ended, jobsThat, workUntil } from './support.ts';

const DAY_MS = 86_400_000;

/** Ids of one process never go back in time, so that its clock mustn't either. */
let shiftMs = 0;

function daysLater(days: number): void {
  shiftMs += days * DAY_MS;
  vi.useFakeTimers({ toFake: ['Date'], now: performance.timeOrigin + performance.now() + shiftMs });
}

describeEngines('jobs that ended long ago', (context) => {
  beforeEach(() => daysLater(0));
  afterEach(() => {
    vi.useRealTimers();
  });

  async function prune(jobs: Jobs): Promise<unknown> {
    const { id } = await jobs.enqueue(SYSTEM_OWNER, 'jobs.prune', {});
    await workUntil(jobs, ended(jobs, SYSTEM_OWNER, id));
    return (await jobs.get(SYSTEM_OWNER, id)).result;
  }

  it('are removed with their lines, whoever they belong to, and all others stay', async () => {
    const database = await context.open();
    const raw = context.raw(database.config.target.url);
    const jobs = jobsThat(database, async ({ log }) => {
      for (let line = 0; line < 3; line += 1) await log('info', `line ${line}`);
    });
    const old: string[] = [];
    for (const user of ['ada', 'bob', 'ada']) old.push((await jobs.enqueue(user, 'test.do', {})).id);
    const waiting = await jobs.enqueue('ada', 'test.do', {}, { at: new Date(Date.now() + 100 * DAY_MS) });
    await workUntil(jobs, async () => {
      const open = await raw.query('SELECT id FROM jobs WHERE completed_at IS NULL');
      return open.length === 1;
    });
    expect(await raw.query('SELECT id FROM job_logs')).toHaveLength(9);
    expect(await prune(jobs)).toEqual({ removed: 0 });

    daysLater(31);
    const young = await jobs.enqueue('bob', 'test.do', {});
    await workUntil(jobs, ended(jobs, 'bob', young.id));
    // The one that looked before, too.
    expect(await prune(jobs)).toEqual({ removed: old.length + 1 });
    expect((await jobs.list('ada')).items.map(({ id }) => id)).toEqual([waiting.id]);
    expect((await jobs.list('bob')).items.map(({ id }) => id)).toEqual([young.id]);
    expect(await raw.query('SELECT id FROM job_logs')).toHaveLength(3);
  });

  it('are kept for as long as it is set', async () => {
    const database = await context.open({ env: { JOBS_RETENTION_DAYS: '0' } });
    const jobs = jobsThat(database, async () => undefined);
    const { id } = await jobs.enqueue('ada', 'test.do', {});
    await workUntil(jobs, ended(jobs, 'ada', id));
    daysLater(10_000);
    expect(await prune(jobs)).toEqual({ removed: 0 });
    expect((await jobs.get('ada', id)).status).toBe('completed');
  });

  it('are more than one chunk, as a rule', async () => {
    const database = await context.open({ env: { JOBS_RETENTION_DAYS: '1' } });
    const jobs = jobsThat(database, async () => undefined);
    await database.transaction('ada', async () => {
      for (let count = 0; count < 120; count += 1) await jobs.enqueue('ada', 'test.do', {});
    });
    await workUntil(jobs, async () => (await jobs.list('ada', { status: 'pending', limit: 1 })).items.length === 0, {
      concurrency: 50,
    });
    daysLater(2);
    expect(await prune(jobs)).toEqual({ removed: 120 });
  });
});

describeEngines("the kernel's own schedules", (context) => {
  it('are made once, and left to whoever changes them', async () => {
    const database = await context.open();
    const jobs = new Jobs(database);
    const schedules = new Schedules(jobs);
    await ensureKernelSchedules(jobs);
    const made = (await schedules.list(SYSTEM_OWNER)).items;
    expect(made.map(({ kind }) => kind)).toEqual([
      'kernel.erase',
      'kernel.optimize',
      'jobs.prune',
      'kernel.readiness',
      'kernel.tidy',
    ]);
    const { userId, name, kind, parameters } = made[1]!;
    await schedules.set({ userId, name, kind, parameters, expression: '0 0 1 * *', isEnabled: false });
    await ensureKernelSchedules(jobs);
    expect((await schedules.list(SYSTEM_OWNER)).items[1]).toMatchObject({ expression: '0 0 1 * *', isEnabled: false });
  });
});
