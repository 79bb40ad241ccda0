import { type Database, databaseHealth, type HealthStatus } from '@keelson/db-core';
import { z } from 'zod';
import type { Api, Services } from '../../api.ts';

const TIMEOUT_MS = 2000;

/** Anybody may ask, so that asking often must not cost the database anything. */
const KEPT_MS = 1000;

const statusSchema = z
  .object({
    status: z.enum(['up', 'degraded', 'down']),
    breaker: z
      .enum(['closed', 'half-open', 'open'])
      .nullable()
      .describe(
        '`open`: the database failed repeatedly and is left alone for a while. Null where there is none: SQLite.',
      ),
    alerts: z.int().nullable().describe('How many alerts fire. Null while the database cannot be asked.'),
  })
  .meta({ id: 'Status' });

type Status = z.output<typeof statusSchema>;

const WORDS: Readonly<Record<HealthStatus, Status['status']>> = {
  healthy: 'up',
  degraded: 'degraded',
  unhealthy: 'down',
};

/** For a public page: how it is, and nothing of why. */
export function status(api: Api, { database }: Services): void {
  let kept: { readonly until: number; readonly answer: Promise<Status> } | undefined;
  api.get(
    '/status',
    {
      logLevel: 'warn',
      config: { access: 'public', rateLimit: false },
      schema: {
        operationId: 'status',
        summary: 'How is it, in one word?',
        description:
          'For a public page, without details. The status is 200 also while it is down; the answer may be a second old.',
        tags: ['health'],
        response: { 200: statusSchema },
      },
    },
    () => {
      const now = performance.now();
      if (kept === undefined || now >= kept.until) kept = { until: now + KEPT_MS, answer: look(database) };
      return kept.answer;
    },
  );
}

async function look(database: Database): Promise<Status> {
  const health = await databaseHealth(database, { timeoutMs: TIMEOUT_MS });
  return {
    status: WORDS[health.status],
    breaker: database.breakerState ?? null,
    alerts: health.checks.alerts?.firing.length ?? null,
  };
}
