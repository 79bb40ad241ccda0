import { expect, it } from 'vitest';
import {
  ConfigurationError,
  JobAbandonedError,
  JobKindUnknownError,
  JobNotFoundError,
  JobStateError,
  newId,
  ValidationError,
} from '../../src/index.ts';
import { describeEngines } from '../../src/testing/index.ts';
import { ended, jobsThat, until, untilAborted, workUntil } from './support.ts';

describeEngines('a job', (context) => {
  it('is done, and tells what it did', async () => {
    const database = await context.open();
    const jobs = jobsThat(database, async ({ parameters, progress, log, attempt, userId }) => {
      await progress(40, 'reading');
      await log('info', 'line one', { attempt });
      await log('warning', 'line two');
      return { doubled: (parameters.n ?? 0) * 2, userId };
    });
    const { id, status, waitsUntil } = await jobs.enqueue(
      'ada',
      'test.do',
      { n: 21 },
      { displayName: 'Double it', estimatedMs: 5 },
    );
    expect({ status, waitsUntil }).toEqual({ status: 'pending', waitsUntil: null });
    await workUntil(jobs, ended(jobs, 'ada', id));
    const job = await jobs.get('ada', id);
    expect(job).toMatchObject({
      status: 'completed',
      progress: 100,
      stage: 'reading',
      attempts: 1,
      result: { doubled: 42, userId: 'ada' },
      error: null,
      worker: null,
      leaseUntil: null,
      displayName: 'Double it',
      estimatedDurationMs: 5,
    });
    expect(job.durationMs).toBeGreaterThanOrEqual(0);
    const { items } = await jobs.lines('ada', id);
    expect(items.map(({ level, message, details, attempt }) => [level, message, details, attempt])).toEqual([
      ['info', 'line one', { attempt: 1 }, 1],
      ['warning', 'line two', null, 1],
    ]);
  });

  it('exists if and only if the transaction that enqueued it is kept', async () => {
    const database = await context.open();
    const jobs = jobsThat(database, async () => undefined);
    await expect(
      database.transaction('ada', async () => {
        await jobs.enqueue('ada', 'test.do', {});
        throw new Error('not this time');
      }),
    ).rejects.toThrow('not this time');
    expect((await jobs.list('ada')).items).toEqual([]);
    const kept = await database.transaction('ada', () => jobs.enqueue('ada', 'test.do', {}));
    expect((await jobs.list('ada')).items.map(({ id }) => id)).toEqual([kept.id]);
  });

  it('begins as soon as the transaction is committed, without waiting for the next look', async () => {
    const database = await context.open();
    const jobs = jobsThat(database, async () => undefined);
    await workUntil(
      jobs,
      async () => {
        // The worker has looked once, found nothing and would look again in a minute.
        await new Promise((resolve) => setTimeout(resolve, 300));
        const { id } = await database.transaction('ada', () => jobs.enqueue('ada', 'test.do', {}));
        await until(ended(jobs, 'ada', id));
        expect((await jobs.get('ada', id)).status).toBe('completed');
        return true;
      },
      { pollMs: 60_000 },
    );
  });

  it('is tried again after a growing pause, until its attempts are used up', async () => {
    const database = await context.open();
    const begun: number[] = [];
    const jobs = jobsThat(
      database,
      async () => {
        begun.push(Date.now());
        throw new RangeError('too far');
      },
      { maxAttempts: 3, backoff: { baseMs: 200 } },
    );
    const { id } = await jobs.enqueue('ada', 'test.do', {});
    await workUntil(jobs, ended(jobs, 'ada', id));
    expect(await jobs.get('ada', id)).toMatchObject({
      status: 'failed',
      attempts: 3,
      error: { code: 'RangeError', message: 'too far' },
    });
    expect(begun).toHaveLength(3);
    // Half of the pause at least: 200 and 400 ms.
    expect(begun[1]! - begun[0]!).toBeGreaterThanOrEqual(100);
    expect(begun[2]! - begun[1]!).toBeGreaterThanOrEqual(200);
  });

  it('fails at once when its handler gives up, its parameters are not its kind’s, or its result can’t be kept', async () => {
    const database = await context.open();
    let begun = 0;
    const jobs = jobsThat(database, async ({ parameters }) => {
      begun += 1;
      if (parameters.n === 1) throw new JobAbandonedError('no such mailbox');
      return parameters.n === 2 ? { when: 1n as never } : { text: 'half \uDC00' };
    });
    const given = await jobs.enqueue('ada', 'test.do', { n: 1 });
    const unkept = await jobs.enqueue('ada', 'test.do', { n: 2 });
    const broken = await jobs.enqueue('ada', 'test.do', { n: 3 });
    const wrong = await jobs.enqueue('ada', 'test.do', {});
    const raw = context.raw(database.config.target.url);
    await raw.query(`UPDATE jobs SET parameters = '{"n":"text"}' WHERE id = $1`, [wrong.id]);
    await workUntil(jobs, ended(jobs, 'ada', given.id, unkept.id, broken.id, wrong.id));
    expect(begun).toBe(3);
    expect(await jobs.get('ada', given.id)).toMatchObject({
      status: 'failed',
      attempts: 1,
      error: { code: 'JOB_ABANDONED', message: 'no such mailbox' },
    });
    expect((await jobs.get('ada', unkept.id)).error?.message).toContain('must be a JSON value');
    expect((await jobs.get('ada', broken.id)).error?.message).toContain('must not have U+0000');
    expect((await jobs.get('ada', wrong.id)).error?.message).toContain('n ');
  });

  it('waits for its time', async () => {
    const database = await context.open();
    let begun = 0;
    const jobs = jobsThat(database, async () => {
      begun = Date.now();
    });
    const at = new Date(Date.now() + 400);
    const { id, waitsUntil } = await jobs.enqueue('ada', 'test.do', {}, { at });
    expect(waitsUntil).toEqual(at);
    await workUntil(jobs, ended(jobs, 'ada', id));
    expect(begun).toBeGreaterThanOrEqual(at.getTime());
  });

  it('goes by priority, then users in turn, then by time', async () => {
    const database = await context.open();
    const order: string[] = [];
    const jobs = jobsThat(database, async ({ userId, parameters }) => {
      order.push(`${userId} ${parameters.n}`);
    });
    const all: [string, string][] = [];
    const enqueue = async (user: string, n: number, priority = 0): Promise<void> => {
      const { id } = await jobs.enqueue(user, 'test.do', { n }, { priority });
      all.push([user, id]);
    };
    for (let n = 1; n <= 6; n += 1) await enqueue('ada', n);
    await enqueue('bob', 1);
    await enqueue('bob', 2);
    await enqueue('cyd', 1, -5);
    await enqueue('ada', 7, 10);
    const allEnded = async (): Promise<boolean> =>
      (await Promise.all(all.map(([user, id]) => ended(jobs, user, id)()))).every(Boolean);
    await workUntil(jobs, allEnded, { concurrency: 1 });
    expect(order[0]).toBe('ada 7');
    expect(order.slice(1, 5).sort()).toEqual(['ada 1', 'ada 2', 'bob 1', 'bob 2']);
    expect(order.filter((each) => each.startsWith('ada')).slice(1)).toEqual([1, 2, 3, 4, 5, 6].map((n) => `ada ${n}`));
    expect(order.at(-1)).toBe('cyd 1');
  });

  it('is one for each key while it is open', async () => {
    const database = await context.open();
    const jobs = jobsThat(database, async () => undefined);
    const enqueue = (user: string): Promise<string> =>
      jobs.enqueue(user, 'test.do', {}, { dedupKey: 'inbox' }).then(({ id }) => id);
    const first = await enqueue('ada');
    const together = await Promise.all([1, 2, 3, 4].map(() => enqueue('ada')));
    expect(new Set(together)).toEqual(new Set([first]));
    expect(await enqueue('bob')).not.toBe(first);
    await workUntil(jobs, ended(jobs, 'ada', first));
    const second = await enqueue('ada');
    expect(second).not.toBe(first);
    await jobs.cancel('ada', second);
    const third = await enqueue('ada');
    await expect(jobs.retry('ada', second)).rejects.toThrow(JobStateError);
    await jobs.cancel('ada', third);
    expect(await jobs.retry('ada', second)).toMatchObject({ id: second, status: 'pending' });
  });
});

describeEngines('what a job says', (context) => {
  it('is kept as far as a database can keep it', async () => {
    const database = await context.open();
    const jobs = jobsThat(
      database,
      async ({ log, progress }) => {
        await log('error', `nul \0 half \uD800 ${'x'.repeat(5000)}`, { text: 'as it is' });
        await expect(log('info', 'details', { text: 'nul \0' })).rejects.toThrow(ValidationError);
        await progress(250, `\0${'y'.repeat(500)}`);
        await progress(Number.NaN);
        throw new Error(`why \0 \uD800 ${'z'.repeat(10_000)}`);
      },
      { maxAttempts: 1 },
    );
    const { id } = await jobs.enqueue('ada', 'test.do', {});
    await workUntil(jobs, ended(jobs, 'ada', id));
    const job = await jobs.get('ada', id);
    expect(job).toMatchObject({ status: 'failed', progress: 0, error: { code: 'Error' } });
    expect(job.error?.message).toMatch(/^why /);
    expect((await jobs.lines('ada', id)).items).toMatchObject([{ level: 'error', attempt: 1 }]);
  });
});

describeEngines('stopping a job', (context) => {
  it('that nobody has begun ends it at once; it can be begun again', async () => {
    const database = await context.open();
    const jobs = jobsThat(database, async () => undefined);
    const { id } = await jobs.enqueue('ada', 'test.do', {});
    expect(await jobs.cancel('ada', id)).toMatchObject({ status: 'cancelled', attempts: 0 });
    expect(await jobs.cancel('ada', id)).toMatchObject({ status: 'cancelled' });
    expect(await jobs.retry('ada', id)).toMatchObject({
      status: 'pending',
      completedAt: null,
      cancelRequestedAt: null,
    });
    await workUntil(jobs, ended(jobs, 'ada', id));
    await expect(jobs.cancel('ada', id)).rejects.toThrow(JobStateError);
    await expect(jobs.retry('ada', id)).rejects.toThrow(JobStateError);
  });

  it('that is running aborts its signal, here and in another process', async () => {
    const database = await context.open();
    const jobs = jobsThat(database, ({ signal }) => untilAborted(signal));
    const here = await jobs.enqueue('ada', 'test.do', {});
    const elsewhere = await jobs.enqueue('ada', 'test.do', {});
    const running = async (): Promise<boolean> => {
      const all = await Promise.all([here, elsewhere].map(({ id }) => jobs.get('ada', id)));
      return all.every(({ status }) => status === 'running');
    };
    await workUntil(jobs, async () => {
      await until(running);
      await jobs.cancel('ada', here.id);
      // As another process does it: nobody tells this one.
      const raw = context.raw(database.config.target.url);
      const [{ cancel_requested_at: now } = {}] = await raw.query(
        'SELECT cancel_requested_at FROM jobs WHERE id = $1',
        [here.id],
      );
      await raw.query('UPDATE jobs SET cancel_requested_at = $1 WHERE id = $2', [now ?? 1, elsewhere.id]);
      await until(ended(jobs, 'ada', here.id, elsewhere.id));
      return true;
    });
    for (const { id } of [here, elsewhere]) {
      expect(await jobs.get('ada', id)).toMatchObject({ status: 'cancelled', error: null });
    }
  });

  it('that does not listen takes its slot away after a while, and keeps nothing of what it still does', async () => {
    const database = await context.open();
    let go: () => void = () => undefined;
    let late: unknown;
    const jobs = jobsThat(database, async ({ transaction }) => {
      await new Promise<void>((resolve) => {
        go = resolve;
      });
      late = await transaction(async () => 'kept').catch((error: unknown) => error);
    });
    const { id } = await jobs.enqueue('ada', 'test.do', {});
    await workUntil(jobs, async () => {
      await until(async () => (await jobs.get('ada', id)).status === 'running');
      await jobs.cancel('ada', id);
      await until(ended(jobs, 'ada', id));
      return true;
    });
    expect((await jobs.get('ada', id)).status).toBe('cancelled');
    go();
    await until(() => late !== undefined);
    expect(late).toMatchObject({ code: 'JOB_LEASE_LOST' });
  });

  it('after its time is over is a failed attempt', async () => {
    const database = await context.open();
    const jobs = jobsThat(database, ({ signal }) => untilAborted(signal), { timeoutMs: 100, maxAttempts: 1 });
    const { id } = await jobs.enqueue('ada', 'test.do', {});
    await workUntil(jobs, ended(jobs, 'ada', id));
    expect(await jobs.get('ada', id)).toMatchObject({ status: 'failed', error: { code: 'JOB_TIMEOUT' } });
  });

  it('with its worker finishes what ends in time, and gives the rest back', async () => {
    const database = await context.open();
    const jobs = jobsThat(database, async ({ parameters, signal }) => {
      if (parameters.n === 1) await new Promise((resolve) => setTimeout(resolve, 150));
      else await untilAborted(signal);
    });
    const short = await jobs.enqueue('ada', 'test.do', { n: 1 });
    const long = await jobs.enqueue('ada', 'test.do', { n: 2 });
    const running = async (): Promise<boolean> =>
      (await Promise.all([short, long].map(({ id }) => jobs.get('ada', id)))).every(
        ({ status }) => status === 'running',
      );
    await workUntil(jobs, running, { graceMs: 500 });
    expect((await jobs.get('ada', short.id)).status).toBe('completed');
    expect(await jobs.get('ada', long.id)).toMatchObject({ status: 'pending', attempts: 0, waitsUntil: null });
  });
});

describeEngines('jobs of others', (context) => {
  it('are as if they did not exist', async () => {
    const database = await context.open();
    const jobs = jobsThat(database, async ({ log }) => log('info', 'secret'));
    const { id } = await jobs.enqueue('ada', 'test.do', {});
    await workUntil(jobs, ended(jobs, 'ada', id));
    await jobs.enqueue('bob', 'test.do', {});
    const missing = newId();
    for (const act of [
      (job: string) => jobs.get('bob', job),
      (job: string) => jobs.lines('bob', job),
      (job: string) => jobs.cancel('bob', job),
      (job: string) => jobs.retry('bob', job),
    ]) {
      const tell = async (job: string): Promise<string> =>
        act(job).then(
          () => 'found',
          (error: unknown) => {
            expect(error).toBeInstanceOf(JobNotFoundError);
            return (error as Error).message.replace(job, 'ID');
          },
        );
      expect(await tell(id)).toBe(await tell(missing));
    }
    const lists = await Promise.all([
      jobs.list('bob'),
      jobs.list('bob', { status: 'completed' }),
      jobs.list('bob', { kind: 'test.do' }),
      jobs.list('bob', { kind: 'test.do', status: 'completed' }),
    ]);
    expect(lists.map(({ items }) => items.length)).toEqual([1, 0, 1, 0]);
    expect(JSON.stringify(lists)).not.toContain(id);
  });

  it('are listed by page, newest first', async () => {
    const database = await context.open();
    const jobs = jobsThat(database, async () => undefined);
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.unshift((await jobs.enqueue('ada', 'test.do', { n })).id);
    const first = await jobs.list('ada', { limit: 3, status: 'pending' });
    const second = await jobs.list('ada', { limit: 3, status: 'pending', cursor: first.nextCursor });
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids);
    expect(second.nextCursor).toBeNull();
  });
});

describeEngines('wrong input', (context) => {
  it('is refused before anything is written', async () => {
    const database = await context.open();
    const jobs = jobsThat(database, async () => undefined);
    const wrong: readonly [() => Promise<unknown>, new (...args: never[]) => Error][] = [
      [() => jobs.enqueue('ada', 'test.unknown', {}), JobKindUnknownError],
      [() => jobs.enqueue('ada', 'test.do', { n: 'text' }), ValidationError],
      [() => jobs.enqueue('ada', 'test.do', { other: 1 }), ValidationError],
      [() => jobs.enqueue('ada', 'test.do', null), ValidationError],
      [() => jobs.enqueue('', 'test.do', {}), ValidationError],
      [() => jobs.enqueue('ada', 'test.do', {}, { priority: 1.5 }), ValidationError],
      [() => jobs.enqueue('ada', 'test.do', {}, { priority: 2000 }), ValidationError],
      [() => jobs.enqueue('ada', 'test.do', {}, { dedupKey: '' }), ValidationError],
      [() => jobs.enqueue('ada', 'test.do', {}, { at: new Date(Number.NaN) }), ValidationError],
      [() => jobs.enqueue('ada', 'test.do', {}, { maxAttempts: 0 }), ValidationError],
      [() => jobs.get('ada', 'no id'), ValidationError],
      [() => jobs.list('ada', { limit: 0 }), ValidationError],
      [() => jobs.list('ada', { status: 'done' as never }), ValidationError],
      [() => jobs.list('ada', { cursor: 'nonsense' }), ValidationError],
    ];
    for (const [act, type] of wrong) await expect(act()).rejects.toBeInstanceOf(type);
    expect((await jobs.list('ada')).items).toEqual([]);
    expect(() => jobs.define({ kind: 'test.do', parameters: {} as never, run: async () => undefined })).toThrow(
      ConfigurationError,
    );
    expect(() => jobs.define({ kind: 'Not A Kind', parameters: {} as never, run: async () => undefined })).toThrow(
      ValidationError,
    );
  });

  it('of a large size is refused, too', async () => {
    const database = await context.open();
    const jobs = jobsThat(database, async () => undefined);
    const { z } = await import('zod');
    jobs.define({ kind: 'test.text', parameters: z.object({ text: z.string() }), run: async () => undefined });
    await expect(jobs.enqueue('ada', 'test.text', { text: 'x'.repeat(300_000) })).rejects.toThrow(ValidationError);
  });
});
