import { expect, it } from 'vitest';
import {
  defineSystemQuery,
  Jobs,
  keepSample,
  newId,
  readiness,
  Settings,
  SYSTEM_OWNER,
  takeSample,
} from '../../src/index.ts';
import { describeEngine, describeEngines } from '../../src/testing/index.ts';
import { ended, workUntil } from '../jobs/support.ts';

const DAY_MS = 86_400_000;

const insert = defineSystemQuery('test.sample', (db, p: { id: string; at: Date; size: number }) =>
  db.insertInto('readiness_samples').values({
    id: p.id,
    taken_at: p.at,
    size_bytes: p.size,
    active_users: 3,
    lock_tries: 0,
    lock_failures: 0,
    writes_per_second: 0.5,
  }),
);

describeEngines('readiness', (context) => {
  it('counts who was active and what was written within the hour', async () => {
    const database = await context.open();
    const quiet = await takeSample(database);
    expect(quiet).toMatchObject({ activeUsers: 0, writesPerSecond: 0, lockFailures: 0 });
    expect(quiet.lockTries).toBe(context.engine === 'sqlite' ? 20 : 0);
    expect(quiet.sizeBytes).toBeGreaterThan(0);
    for (const user of ['ada', 'bob', 'ada', SYSTEM_OWNER])
      await new Settings(database, user).define({ key: `key.${newId()}`, dataType: 'string', value: 'value' });
    const busy = await takeSample(database);
    expect(busy.activeUsers).toBe(2);
    // Three or four in one minute, unless that ended in between.
    expect(busy.writesPerSecond).toBeGreaterThan(0);
    expect(busy.writesPerSecond).toBeLessThanOrEqual(4 / 60);
  });

  it('is kept by a job of the system, and says when there is too little of it for a trend', async () => {
    const database = await context.open();
    const jobs = new Jobs(database);
    const adas = await jobs.enqueue('ada', 'kernel.readiness', {}, { maxAttempts: 1 });
    const { id } = await jobs.enqueue(SYSTEM_OWNER, 'kernel.readiness', {});
    await workUntil(jobs, ended(jobs, SYSTEM_OWNER, id));
    await workUntil(jobs, ended(jobs, 'ada', adas.id));
    expect(await jobs.get('ada', adas.id)).toMatchObject({ status: 'failed', error: { code: 'FORBIDDEN' } });
    expect(await jobs.get(SYSTEM_OWNER, id)).toMatchObject({
      status: 'completed',
      result: { activeUsers: expect.any(Number) },
    });
    const { samples, figures } = await readiness(database);
    expect(samples).toBe(1);
    expect(figures.map(({ trend }) => trend)).toEqual([null, null, null, null]);
    expect(figures.every(({ isReached }) => !isReached)).toBe(true);
  });

  it('tells when a threshold is crossed at the present growth, and lets old samples go', async () => {
    const database = await context.open();
    const system = database.system('test');
    const now = Date.now();
    // A million bytes more each day, ten million by now; the nights are smaller.
    for (let day = 20; day >= 0; day -= 1) {
      const at = new Date(now - day * DAY_MS);
      const size = (10 + 20 - day) * 1_000_000;
      await system.run(insert, { id: newId(), at, size });
      await system.run(insert, { id: newId(), at: new Date(at.getTime() + 1), size: 1 });
    }
    await system.run(insert, { id: newId(), at: new Date(now - 500 * DAY_MS), size: 1 });
    const { figures, samples } = await readiness(database);
    expect(samples).toBe(42);
    const [size, users] = figures;
    expect(size?.trend).toMatchObject({ days: 21, perDay: expect.closeTo(1_000_000, -3) });
    const days = ((size?.trend?.expectedAt?.getTime() ?? 0) - now) / DAY_MS;
    expect(days).toBeGreaterThan(18);
    expect(days).toBeLessThan(22);
    expect(size?.trend?.earliestAt?.getTime()).toBeLessThanOrEqual(size?.trend?.expectedAt?.getTime() ?? 0);
    expect(users?.trend).toMatchObject({ perDay: 0, expectedAt: null, earliestAt: null, latestAt: null });
    await keepSample(database);
    const left = await system.all((db) => db.selectFrom('readiness_samples').select('id'));
    expect(left).toHaveLength(43);
  });
});

describeEngine('sqlite', 'readiness', (context) => {
  it('tells how often the lock is taken', async () => {
    const database = await context.open();
    const release = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    const holding = database.transaction('ada', async () => {
      held.resolve();
      await release.promise;
    });
    await held.promise;
    const sample = await takeSample(database);
    release.resolve();
    await holding;
    expect(sample).toMatchObject({ lockTries: 20, lockFailures: 20 });
  });
});
