import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import * as z from 'zod';
import {
  type Database,
  ensureKernelSchedules,
  IdempotencyKeys,
  Jobs,
  Retention,
  retentionJob,
  Schedules,
  SYSTEM_OWNER,
  SystemLogs,
} from '../../src/index.ts';
import { describeEngines } from '../../src/testing/index.ts';
import { ended, jobsThat, workUntil } from './support.ts';

const DAY_MS = 86_400_000;

async function removedBy(database: Database, rule: string): Promise<number> {
  const outcomes = await new Retention(database).run();
  return outcomes.find((outcome) => outcome.rule === rule)!.rows;
}

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

  const prune = (jobs: Jobs) => removedBy(jobs.database, 'jobs.ended');

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
    expect(await prune(jobs)).toBe(0);

    daysLater(31);
    const young = await jobs.enqueue('bob', 'test.do', {});
    await workUntil(jobs, ended(jobs, 'bob', young.id));
    expect(await prune(jobs)).toBe(old.length);
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
    expect(await prune(jobs)).toBe(0);
    expect((await jobs.get('ada', id)).status).toBe('completed');
  });

  it('are removed however many they are', async () => {
    const database = await context.open({ env: { JOBS_RETENTION_DAYS: '1' } });
    const jobs = jobsThat(database, async () => undefined);
    await database.transaction('ada', async () => {
      for (let count = 0; count < 120; count += 1) await jobs.enqueue('ada', 'test.do', {});
    });
    await workUntil(jobs, async () => (await jobs.list('ada', { status: 'pending', limit: 1 })).items.length === 0, {
      concurrency: 50,
    });
    daysLater(2);
    expect(await prune(jobs)).toBe(120);
  });
});

describeEngines("the kernel's own schedules", (context) => {
  it('are made once, and left to whoever changes them', async () => {
    const database = await context.open();
    const jobs = new Jobs(database);
    const schedules = new Schedules(jobs);
    // As an earlier version left it.
    const former = new Jobs(database);
    former.define({ kind: 'kernel.tidy', parameters: z.strictObject({}), run: async () => undefined });
    const tidy = { userId: SYSTEM_OWNER, name: 'tidy', kind: 'kernel.tidy', parameters: {}, expression: '7 2 * * *' };
    await new Schedules(former).set(tidy);
    jobs.define(retentionJob(database));
    await ensureKernelSchedules(jobs);
    const made = (await schedules.list(SYSTEM_OWNER)).items;
    expect(made.map(({ kind }) => kind)).toEqual([
      'kernel.erase',
      'kernel.optimize',
      'kernel.readiness',
      'kernel.retention',
    ]);
    const { userId, name, kind, parameters } = made[1]!;
    await schedules.set({ userId, name, kind, parameters, expression: '0 0 1 * *', isEnabled: false });
    await ensureKernelSchedules(jobs);
    expect((await schedules.list(SYSTEM_OWNER)).items[1]).toMatchObject({ expression: '0 0 1 * *', isEnabled: false });
  });
});

const daysAgo = (days: number): Date => new Date(Date.now() - days * DAY_MS);

describeEngines('kernel.retention', (context) => {
  it('removes what is kept for a while only, for the system and nobody else', async () => {
    const database = await context.open({ env: { RETENTION_LOG_ROWS: '1000' } });
    const jobs = new Jobs(database);
    jobs.define(retentionJob(database));
    const logs = new SystemLogs(database);
    const ages = [31, 30.5, ...Array.from({ length: 1003 }, (_, number) => (1100 - number) / 1000)];
    await logs.write(ages.map((age) => ({ level: 'INFO', message: `${age}`, at: daysAgo(age) })));
    const answer = async () => ({ status: 200, headers: {}, body: '' });
    await new IdempotencyKeys(database, { keepMs: -1 }).run('ada', { key: 'k', request: [] }, answer);
    await new IdempotencyKeys(database).run('ada', { key: 'lasting', request: [] }, answer);
    const adas = await jobs.enqueue('ada', 'kernel.retention', {}, { maxAttempts: 1 });
    await workUntil(jobs, ended(jobs, 'ada', adas.id));
    expect(await jobs.get('ada', adas.id)).toMatchObject({ status: 'failed', error: { code: 'FORBIDDEN' } });
    const { id } = await jobs.enqueue(SYSTEM_OWNER, 'kernel.retention', {});
    await workUntil(jobs, ended(jobs, SYSTEM_OWNER, id));
    expect(await jobs.get(SYSTEM_OWNER, id)).toMatchObject({
      status: 'completed',
      result: { 'logs.old': 5, 'answers.expired': 1, 'jobs.ended': 0 },
    });
    const { items: left } = await logs.list({ limit: 500 });
    expect(left[0]!.message).toBe(String(ages.at(-1)));
    const raw = context.raw(database.config.target.url);
    expect(await raw.query('SELECT id FROM system_logs')).toHaveLength(1000);
    expect(await raw.query('SELECT id FROM idempotency_keys')).toHaveLength(1);
  });
});
