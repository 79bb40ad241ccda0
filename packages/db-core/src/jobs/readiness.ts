import * as z from 'zod';
import type { Database } from '../database/database.ts';
import { SYSTEM_OWNER } from '../database/user-id.ts';
import { ForbiddenError } from '../errors/index.ts';
import { keepSample } from '../platform/readiness.ts';
import type { JobDefinition } from './definition.ts';

const parameters = z.strictObject({});

/** Keeps the figures by which `keelson readiness` tells how they grow. */
export function readinessSample(database: Database): JobDefinition<typeof parameters> {
  return {
    kind: 'kernel.readiness',
    parameters,
    maxAttempts: 3,
    run: async ({ userId, signal }) => {
      if (userId !== SYSTEM_OWNER)
        throw new ForbiddenError(`Only jobs of ${SYSTEM_OWNER} measure the whole database.`, {
          hint: `Enqueue it with --user ${SYSTEM_OWNER}.`,
        });
      const { takenAt, ...figures } = await keepSample(database, { signal });
      return { takenAt: takenAt.toISOString(), ...figures };
    },
  };
}
