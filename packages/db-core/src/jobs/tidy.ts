import * as z from 'zod';
import type { Database } from '../database/database.ts';
import { ForbiddenError } from '../errors/index.ts';
import { IdempotencyKeys } from '../platform/idempotency-keys.ts';
import { Instances } from '../platform/instances.ts';
import { SYSTEM_OWNER } from '../database/user-id.ts';
import { Sessions } from '../platform/sessions.ts';
import { SystemLogs } from '../platform/system-logs.ts';
import type { JobDefinition } from './definition.ts';

const DAY_MS = 86_400_000;

const parameters = z.strictObject({
  /** How long log lines are kept, in days. */
  logDays: z.int('must be a whole number').min(1, 'must be at least 1').max(3650, 'must be at most 3,650').default(30),
  /** How many log lines are kept at most. */
  logLines: z.int('must be a whole number').min(0, 'must not be negative').default(1_000_000),
});

/** Removes what is kept for a while only: old log lines, answers and sessions whose time is over, programs that are gone. */
export function tidy(database: Database): JobDefinition<typeof parameters> {
  return {
    kind: 'kernel.tidy',
    parameters,
    maxAttempts: 3,
    run: async ({ userId, parameters: { logDays, logLines }, progress, signal }) => {
      // It removes what belongs to no user or to all of them, which isn't for any one of them to ask.
      if (userId !== SYSTEM_OWNER)
        throw new ForbiddenError(`Only jobs of ${SYSTEM_OWNER} tidy up.`, {
          hint: `Enqueue it with --user ${SYSTEM_OWNER}.`,
        });
      const lines = await new SystemLogs(database).prune({ keepMs: logDays * DAY_MS, keepRows: logLines });
      await progress(60, 'answered requests');
      signal.throwIfAborted();
      const answers = await new IdempotencyKeys(database).purge();
      await progress(80, 'sessions');
      const { sessions, attempts } = await new Sessions(database).purge();
      await progress(90, 'programs');
      const instances = await new Instances(database).removeGone();
      return { logLines: lines, answers, sessions, attempts, instances };
    },
  };
}
