import * as z from 'zod';
import { Erasures } from '../care/erasures.ts';
import type { Database } from '../database/database.ts';
import { SYSTEM_OWNER } from '../database/user-id.ts';
import { ForbiddenError } from '../errors/index.ts';
import type { JobDefinition } from './definition.ts';

const parameters = z.strictObject({});

/** Begun by `Erasures.request`, or left behind by a process that was killed: whatever of the ledger isn't complete. */
export function erase(database: Database): JobDefinition<typeof parameters> {
  return {
    kind: 'kernel.erase',
    parameters,
    maxAttempts: 10,
    run: async ({ userId, progress, signal }) => {
      if (userId !== SYSTEM_OWNER)
        throw new ForbiddenError(`Only jobs of ${SYSTEM_OWNER} erase owners.`, {
          hint: `Enqueue it with --user ${SYSTEM_OWNER}.`,
        });
      const { applied } = await new Erasures(database).finish({
        signal,
        onProgress: ({ table, done, total }) => progress((100 * done) / total, table),
      });
      return { certificates: JSON.parse(JSON.stringify(applied)) };
    },
  };
}
