import { type Database, Jobs, type Migration } from '@keelson/db-core';
import * as z from 'zod';
import { spin } from './script.ts';

declare module '@keelson/db-core' {
  interface ApplicationTables {
    test_effects: { user_id: string; id: string; job_id: string; n: number };
    test_totals: { user_id: string; id: string; total: number };
  }
}

export const TOTAL_ID = '00000000-0000-7000-8000-000000000000';

/** What jobs of these tests write: a row for each, and a sum that would show one that was counted twice. */
export const effectsMigration: Migration = {
  name: 'test_0001_effects',
  up(m) {
    m.createTable('test_effects', (t) => ({ user_id: t.userId(), id: t.uuid(), job_id: t.uuid(), n: t.integer() }), {
      primaryKey: ['user_id', 'id'],
      indexes: { test_effects_job_key: { columns: ['user_id', 'job_id'], unique: true } },
    });
    m.createTable('test_totals', (t) => ({ user_id: t.userId(), id: t.uuid(), total: t.integer() }), {
      primaryKey: ['user_id', 'id'],
    });
  },
  down(m) {
    m.dropTables('test_totals', 'test_effects');
  },
};

/** The kind `test.effect`: takes a while, then has its effect unless it has had it before. */
export function effectJobs(database: Database): Jobs {
  const jobs = new Jobs(database);
  jobs.define({
    kind: 'test.effect',
    parameters: z.strictObject({ n: z.number(), ms: z.number(), stallMs: z.number().default(0) }),
    maxAttempts: 1000,
    backoff: { baseMs: 50, maxMs: 200 },
    run: async ({ jobId, parameters: { n, ms, stallMs }, progress, log, transaction, attempt }) => {
      await log('info', `attempt ${attempt}`);
      // Nothing else of this process runs meanwhile, its heartbeats neither.
      if (attempt === 1 && stallMs > 0) spin(stallMs);
      for (let step = 1; step <= 4; step += 1) {
        await new Promise((resolve) => setTimeout(resolve, ms / 4));
        await progress(step * 20, `step ${step}`);
      }
      await transaction(async (user) => {
        const { changes } = await user.run((db) =>
          db
            .insertInto('test_effects')
            .values({ id: jobId, job_id: jobId, n })
            .onConflict((conflict) => conflict.columns(['user_id', 'job_id']).doNothing()),
        );
        if (changes === 0) return;
        await user.run((db) =>
          db
            .updateTable('test_totals')
            .set((eb) => ({ total: eb('total', '+', n) }))
            .where('id', '=', TOTAL_ID),
        );
      });
      return n;
    },
  });
  return jobs;
}
