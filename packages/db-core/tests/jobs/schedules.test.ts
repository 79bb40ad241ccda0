import { expect, it } from 'vitest';
import { JobKindUnknownError, ScheduleNotFoundError, Schedules, ValidationError } from '../../src/index.ts';
import { describeEngines } from '../../src/testing/index.ts';
import { ended, jobsThat, until, workUntil } from './support.ts';

const daily = { name: 'daily', kind: 'test.do', parameters: { n: 1 }, expression: '0 7 * * *', timeZone: 'Asia/Tokyo' };

describeEngines('a schedule', (context) => {
  /** A schedule that was due so long ago. */
  async function due(hoursAgo: number) {
    const database = await context.open();
    const jobs = jobsThat(database, async ({ parameters }) => parameters.n ?? null);
    const schedules = new Schedules(jobs);
    await schedules.set({ ...daily, userId: 'ada' });
    const past = new Date(Date.now() - hoursAgo * 3_600_000);
    await context
      .raw(database.config.target.url)
      .query('UPDATE schedules SET next_run_at = $1', [context.engine === 'sqlite' ? past.getTime() : past]);
    return { database, jobs, schedules };
  }

  it('enqueues one job when it is due, however many look at the same time, and however many times were missed', async () => {
    const { jobs, schedules } = await due(100);
    const counts = await Promise.all(Array.from({ length: 8 }, () => new Schedules(jobs).enqueueDue(['test.do'])));
    expect(counts.reduce((sum, count) => sum + count)).toBe(1);
    const { items } = await jobs.list('ada');
    expect(items).toMatchObject([{ kind: 'test.do', parameters: { n: 1 }, displayName: 'daily', status: 'pending' }]);
    const [schedule] = (await schedules.list('ada')).items;
    expect(schedule).toMatchObject({ lastJobId: items[0]!.id });
    expect(schedule!.nextRunAt!.getTime()).toBeGreaterThan(Date.now());
    expect(schedule!.nextRunAt!.getUTCHours()).toBe(22);
  });

  it('is served by any worker that knows its kind', async () => {
    const { jobs } = await due(1);
    await workUntil(jobs, () => new Promise((resolve) => setTimeout(() => resolve(true), 100)), {
      kinds: ['kernel.optimize'],
    });
    expect((await jobs.list('ada')).items).toEqual([]);
    await workUntil(jobs, async () => {
      await until(async () => (await jobs.list('ada')).items.length === 1);
      await until(ended(jobs, 'ada', (await jobs.list('ada')).items[0]!.id));
      return true;
    });
    expect((await jobs.list('ada')).items).toMatchObject([{ status: 'completed', result: 1 }]);
  });

  it('that is set again as it is keeps its next time; another time makes another', async () => {
    const { schedules } = await due(1);
    const again = await schedules.set({ ...daily, userId: 'ada' });
    expect(again.nextRunAt!.getTime()).toBeLessThan(Date.now());
    expect(again.version).toBe(1);
    const other = await schedules.set({ ...daily, userId: 'ada', parameters: { n: 2 } });
    expect(other).toMatchObject({ parameters: { n: 2 }, nextRunAt: again.nextRunAt, version: 2 });
    const later = await schedules.set({ ...daily, userId: 'ada', expression: '0 8 * * *' });
    expect(later.nextRunAt!.getUTCHours()).toBe(23);
    const off = await schedules.set({ ...daily, userId: 'ada', isEnabled: false });
    expect(off.nextRunAt).toBeNull();
    expect(await schedules.enqueueDue(['test.do'])).toBe(0);
  });

  it('whose parameters are no longer its kind’s makes a job that says so, and stops nothing', async () => {
    const { database, jobs } = await due(1);
    await context.raw(database.config.target.url).query(`UPDATE schedules SET parameters = '{"n":"text"}'`);
    const other = await jobs.enqueue('bob', 'test.do', {});
    await workUntil(jobs, async () => {
      await until(ended(jobs, 'bob', other.id));
      await until(async () => (await jobs.list('ada', { status: 'failed' })).items.length === 1);
      return true;
    });
    expect((await jobs.list('ada')).items).toMatchObject([{ status: 'failed', error: { code: 'JOB_ABANDONED' } }]);
  });

  it('belongs to its owner', async () => {
    const { schedules } = await due(1);
    expect((await schedules.list('bob')).items).toEqual([]);
    await expect(schedules.remove('bob', 'daily')).rejects.toThrow(ScheduleNotFoundError);
    await schedules.set({ ...daily, userId: 'bob' });
    await schedules.remove('ada', 'daily');
    expect((await schedules.list('ada')).items).toEqual([]);
    expect((await schedules.list('bob')).items).toHaveLength(1);
  });

  it('that could not work is refused', async () => {
    const { schedules } = await due(1);
    const set = (change: object): Promise<unknown> =>
      schedules.set({ ...daily, userId: 'ada', ...change }).then(
        () => 'taken',
        (error: unknown) => error,
      );
    expect(await set({ kind: 'test.unknown' })).toBeInstanceOf(JobKindUnknownError);
    for (const change of [
      { expression: 'often' },
      { expression: '0 0 30 2 *' },
      { timeZone: 'Berlin' },
      { parameters: { n: 'text' } },
      { name: '' },
      { userId: '' },
    ])
      expect(await set(change), JSON.stringify(change)).toBeInstanceOf(ValidationError);
  });
});
