import * as z from 'zod';
import { Retention } from '../care/retention/retention.ts';
import type { RetentionRule } from '../care/retention/rule.ts';
import type { Database } from '../database/database.ts';
import { SYSTEM_OWNER } from '../database/user-id.ts';
import { ForbiddenError } from '../errors/index.ts';
import type { JobDefinition } from './definition.ts';

const parameters = z.strictObject({});

/** Does what the rules say of how long things are kept: the platform's, and those that the domains bring. */
export function retentionJob(
  database: Database,
  rules: readonly RetentionRule[] = [],
): JobDefinition<typeof parameters> {
  const retention = new Retention(database, rules);
  return {
    kind: 'kernel.retention',
    parameters,
    maxAttempts: 3,
    run: async ({ userId, progress, signal }) => {
      // It concerns the rows of everybody, which isn't for any one of them to ask.
      if (userId !== SYSTEM_OWNER)
        throw new ForbiddenError(`Only jobs of ${SYSTEM_OWNER} do what is due.`, {
          hint: `Enqueue it with --user ${SYSTEM_OWNER}.`,
        });
      const outcomes = await retention.run({
        signal,
        onProgress: ({ rule, done, total }) => progress((100 * done) / total, rule),
      });
      return Object.fromEntries(outcomes.map(({ rule, rows }) => [rule, rows]));
    },
  };
}
