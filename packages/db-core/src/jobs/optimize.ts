import * as z from 'zod';
import type { Database } from '../database/database.ts';
import { optimizeDatabase } from '../platform/optimize.ts';
import type { JobDefinition } from './definition.ts';

const parameters = z.strictObject({});

/** Lets the engine look at its tables again, so that it plans queries by what is in them now. */
export function optimize(database: Database): JobDefinition<typeof parameters> {
  return {
    kind: 'kernel.optimize',
    parameters,
    maxAttempts: 3,
    run: async ({ progress, signal }) => {
      const { engine, before, after } = await optimizeDatabase(database, { signal, onProgress: progress });
      return { engine, before: { ...before }, after: { ...after } };
    },
  };
}
