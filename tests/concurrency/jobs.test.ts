import { join } from 'node:path';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { Child } from '../support/child.ts';
import { effectJobs, effectsMigration } from '../support/job-effects.ts';

const JOBS = 120;
const USERS = ['ada', 'bob', 'cyd'];
const script = join(import.meta.dirname, '../support/job-worker-process.ts');
const migrations = [effectsMigration];

describeEngines('eight workers in three processes', (context) => {
  it('begin each job once', async () => {
    const database = await context.open({ migrations });
    const { url } = database.config.target;
    const jobs = effectJobs(database);
    const children = ['3', '3', '2'].map((concurrency) => new Child(script, [url, concurrency, '30000']));
    await Promise.all(children.map((child) => child.line()));
    const ids: string[] = [];
    for (let n = 0; n < JOBS; n += 1) {
      const { id } = await jobs.enqueue(USERS[n % USERS.length]!, 'test.effect', { n, ms: 8 });
      ids.push(id);
    }
    const deadline = performance.now() + 60_000;
    const open = async (): Promise<number> => {
      const rows = await database.system('test').all((db) =>
        db
          .selectFrom('jobs')
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .where('completed_at', 'is', null),
      );
      return Number(rows[0]?.count);
    };
    while ((await open()) > 0 && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
    for (const child of children) child.stop();
    const ended = await Promise.all(children.map((child) => child.ended()));
    expect(ended.map(({ code, errors }) => [code, errors])).toEqual([0, 0, 0].map((code) => [code, '']));
    const begun = ended.flatMap(({ lines }) =>
      lines.slice(1).map((line) => JSON.parse(line) as { id: string; attempt: number }),
    );
    expect(begun.map(({ id }) => id).sort()).toEqual(ids.sort());
    expect(begun.every(({ attempt }) => attempt === 1)).toBe(true);
    // None of them had nothing to do.
    expect(ended.every(({ lines }) => lines.length > 1)).toBe(true);
  }, 120_000);
});
