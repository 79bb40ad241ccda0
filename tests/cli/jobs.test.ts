import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { document, failure, start, succeed } from './support/keelson.ts';

interface Shown {
  readonly id: string;
  readonly status: string;
  readonly attempts: number;
  readonly result: unknown;
  readonly lines: readonly unknown[];
}

describeEngines('keelson jobs', (context) => {
  it('enqueue, list, cancel, retry and show, and a worker does them', async () => {
    const url = await context.url();
    const job = (args: readonly string[]): Promise<Shown> => document<Shown>(['jobs', ...args], { url });
    const { id } = await job(['enqueue', 'kernel.optimize', '--user', 'ada']);
    expect(await job(['cancel', id, '--user', 'ada'])).toMatchObject({ id, status: 'cancelled' });
    expect(await document(['jobs', 'list', '--user', 'ada', '--status', 'cancelled'], { url })).toMatchObject({
      items: [{ id, kind: 'kernel.optimize' }],
      nextCursor: null,
    });
    expect(await job(['retry', id, '--user', 'ada'])).toMatchObject({ id, status: 'pending' });

    const worker = start(['worker', '--json'], { url });
    try {
      const followed = await succeed(['jobs', 'show', id, '--user', 'ada', '--follow'], { url });
      expect(followed.stderr).toMatch(/100 % {2}completed/);
      expect(followed.stdout).toMatch(/status +completed/);
      await worker.said(new RegExp(`completed: kernel.optimize ${id} of ada`));
    } finally {
      const { code, stdout } = await worker.signalled('SIGTERM');
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ engine: context.engine, completed: 1, failed: 0, lost: 0 });
    }
    expect(await job(['show', id, '--user', 'ada'])).toMatchObject({ status: 'completed', attempts: 1, lines: [] });
    expect((await succeed(['jobs', 'list', '--user', 'ada'], { url })).stdout).toContain('100 %');
  });

  it('of somebody else are not there, and wrong input is told', async () => {
    const url = await context.url();
    const { id } = await document<Shown>(['jobs', 'enqueue', 'kernel.optimize', '--user', 'ada'], { url });
    for (const command of ['show', 'cancel', 'retry']) {
      expect(await failure(['jobs', command, id, '--user', 'bob'], { url, exit: 1 })).toMatchObject({
        code: 'JOB_NOT_FOUND',
      });
    }
    expect(await failure(['jobs', 'retry', id, '--user', 'ada'], { url, exit: 1 })).toMatchObject({
      code: 'JOB_STATE',
    });
    expect(await failure(['jobs', 'enqueue', 'no.such'], { url, exit: 2 })).toMatchObject({ code: 'JOB_KIND_UNKNOWN' });
    expect(await failure(['worker', '--kind', 'no.such'], { url, exit: 2 })).toMatchObject({
      code: 'JOB_KIND_UNKNOWN',
    });
    expect(await failure(['jobs', 'list', '--status', 'done'], { url, exit: 2 })).toMatchObject({ code: 'USAGE' });
  });
});
