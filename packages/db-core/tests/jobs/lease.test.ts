import { expect, it } from 'vitest';
import { JobLeaseLostError, Jobs, Worker } from '../../src/index.ts';
import { describeEngines, type EngineContext } from '../../src/testing/index.ts';
import type { Database, JobContext } from '../../src/index.ts';
import { ended, jobsThat, until, workUntil } from './support.ts';

type Context = JobContext<{ n?: number | undefined }>;

/** As if the worker had not been heard of for long. */
async function endLease(context: EngineContext, database: Database, id: string): Promise<void> {
  const past = context.engine === 'sqlite' ? Date.now() - 1000 : new Date(Date.now() - 1000);
  await context.raw(database.config.target.url).query('UPDATE jobs SET lease_until = $1 WHERE id = $2', [past, id]);
}

describeEngines('a lease', (context) => {
  it('that is lost lets its worker write nothing more, while another one does the job', async () => {
    const database = await context.open();
    const attempts: Context[] = [];
    let go: () => void = () => undefined;
    const jobs = jobsThat(database, async (attempt) => {
      attempts.push(attempt);
      // The first one stalls.
      if (attempts.length === 1)
        await new Promise<void>((resolve) => {
          go = resolve;
        });
      return { by: attempt.attempt };
    });
    const { id } = await jobs.enqueue('ada', 'test.do', {});
    await workUntil(jobs, async () => {
      await until(() => attempts.length === 1);
      await endLease(context, database, id);
      await until(ended(jobs, 'ada', id));
      const [first] = attempts;
      const refused = expect.objectContaining({ code: 'JOB_LEASE_LOST' });
      await expect(first!.transaction(async (ada) => ada.run((db) => db.deleteFrom('jobs')))).rejects.toEqual(refused);
      await expect(first!.progress(50)).rejects.toEqual(refused);
      await expect(first!.log('info', 'I am still here')).rejects.toEqual(refused);
      expect(first!.signal.reason).toBeInstanceOf(JobLeaseLostError);
      go();
      return true;
    });
    expect(await jobs.get('ada', id)).toMatchObject({ status: 'completed', attempts: 2, result: { by: 2 } });
    expect((await jobs.lines('ada', id)).items).toEqual([]);
  });

  it('that is lost in the middle of a transaction undoes the transaction', async () => {
    const database = await context.open();
    const outcomes: unknown[] = [];
    const begun: number[] = [];
    const jobs = jobsThat(database, async ({ transaction, attempt }) => {
      begun.push(attempt);
      if (attempt > 1) return;
      await until(() => begun.length === 2);
      outcomes.push(
        await transaction(async (ada) => {
          await ada.run((db) => db.updateTable('jobs').set({ display_name: 'by the first' }));
        }).catch((error: unknown) => error),
      );
    });
    const { id } = await jobs.enqueue('ada', 'test.do', {});
    await workUntil(jobs, async () => {
      await until(() => begun.length === 1);
      await endLease(context, database, id);
      await until(() => outcomes.length === 1);
      return true;
    });
    expect(outcomes).toEqual([expect.objectContaining({ code: 'JOB_LEASE_LOST' })]);
    expect((await jobs.get('ada', id)).displayName).toBeNull();
  });

  it('is extended while the job runs, however long', async () => {
    const database = await context.open();
    const jobs = jobsThat(database, async ({ attempt }) => {
      await new Promise((resolve) => setTimeout(resolve, 1500));
      return attempt;
    });
    const { id } = await jobs.enqueue('ada', 'test.do', {});
    const other = jobsThat(database, async () => 'somebody else');
    await workUntil(other, () => workUntil(jobs, ended(jobs, 'ada', id), { leaseMs: 400 }).then(() => true), {
      kinds: ['kernel.optimize'],
    });
    expect(await jobs.get('ada', id)).toMatchObject({ status: 'completed', attempts: 1, result: 1 });
  });

  it('that runs out with the last attempt fails the job; one that was to be stopped is cancelled', async () => {
    const database = await context.open();
    const jobs = jobsThat(database, () => new Promise(() => undefined), { maxAttempts: 1 });
    const worn = await jobs.enqueue('ada', 'test.do', {});
    const unwanted = await jobs.enqueue('ada', 'test.do', {}, { maxAttempts: 9 });
    const raw = context.raw(database.config.target.url);
    const past = context.engine === 'sqlite' ? Date.now() - 1000 : new Date(Date.now() - 1000);
    // What a worker leaves behind that was killed.
    await raw.query(
      `UPDATE jobs SET status = 'running', worker = 'dead', token = 1, attempts = 1, ready_at = NULL, started_at = $1, lease_until = $1`,
      [past],
    );
    await raw.query('UPDATE jobs SET cancel_requested_at = $1 WHERE id = $2', [past, unwanted.id]);
    const bystander = new Jobs(database);
    await workUntil(bystander, ended(jobs, 'ada', worn.id, unwanted.id));
    expect(await jobs.get('ada', worn.id)).toMatchObject({ status: 'failed', error: { code: 'JOB_LEASE_LOST' } });
    expect(await jobs.get('ada', unwanted.id)).toMatchObject({ status: 'cancelled' });
  });

  it('leaves the job outside the transaction that its worker was started in', async () => {
    const database = await context.open();
    const jobs = jobsThat(database, async ({ transaction, progress }) => {
      await transaction(async () => progress(10));
      return 'done';
    });
    const { id } = await jobs.enqueue('ada', 'test.do', {});
    const stop = new AbortController();
    let working: Promise<void> = Promise.resolve();
    await database.transaction('bob', async () => {
      working = new Worker(jobs, { pollMs: 20, signal: stop.signal }).run();
    });
    await until(ended(jobs, 'ada', id));
    stop.abort();
    await working;
    expect(await jobs.get('ada', id)).toMatchObject({ status: 'completed', result: 'done' });
  });
});

describeEngines('kernel.optimize', (context) => {
  it('is a job like any other', async () => {
    const database = await context.open();
    const jobs = new Jobs(database);
    const { id } = await jobs.enqueue('ada', 'kernel.optimize', {});
    await workUntil(jobs, ended(jobs, 'ada', id));
    const { status, result, error } = await jobs.get('ada', id);
    expect({ status, error }).toEqual({ status: 'completed', error: null });
    expect(result).toMatchObject({ engine: context.engine });
  });
});
