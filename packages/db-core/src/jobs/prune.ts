import * as z from 'zod';
import type { Database } from '../database/database.ts';
import type { SystemHandle } from '../database/handle.ts';
import { lowestIdOf } from '../database/ids.ts';
import type { JobDefinition } from './definition.ts';
import * as queries from './prune.repository.ts';

/** Jobs, and lines, that are removed in one transaction: the only writer of SQLite is not kept for long. */
const JOBS_AT_ONCE = 50;
const LINES_AT_ONCE = 1000;
const BEFORE_ALL_IDS = '00000000-0000-0000-0000-000000000000';

const parameters = z.strictObject({});

/** Removes jobs that have ended long enough ago, with what they said: see JOBS_RETENTION_DAYS. */
export function prune(database: Database): JobDefinition<typeof parameters> {
  return {
    kind: 'jobs.prune',
    parameters,
    maxAttempts: 3,
    run: async ({ signal }) => {
      const { keepMs } = database.config.jobs;
      if (keepMs === 0) return { removed: 0 };
      const system = database.system('jobs: what ended long ago is removed');
      const before = new Date(Date.now() - keepMs);
      let removed = 0;
      let owner = await system.first(queries.nextOwner, { after: '' });
      while (owner !== undefined) {
        removed += await pruneOwner(system, { userId: owner.user_id, before, signal });
        owner = await system.first(queries.nextOwner, { after: owner.user_id });
      }
      return { removed };
    },
  };
}

interface Pruning {
  readonly userId: string;
  readonly before: Date;
  readonly signal: AbortSignal;
}

async function pruneOwner(system: SystemHandle, { userId, before, signal }: Pruning): Promise<number> {
  const below = lowestIdOf(before);
  let removed = 0;
  let after = BEFORE_ALL_IDS;
  for (;;) {
    signal.throwIfAborted();
    const rows = await system.all(queries.listEnded, { userId, after, below, before, limit: JOBS_AT_ONCE });
    const ids = rows.map(({ id }) => id);
    const last = ids.at(-1);
    if (last === undefined) return removed;
    for (const jobId of ids) await eraseLines(system, { userId, jobId, signal });
    removed += (await system.run(queries.eraseEnded, { userId, ids, before })).changes;
    after = last;
  }
}

/** They would go with their job, but there may be very many of them. */
async function eraseLines(
  system: SystemHandle,
  { userId, jobId, signal }: { readonly userId: string; readonly jobId: string; readonly signal: AbortSignal },
): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const rows = await system.all(queries.listLinesOf, { userId, jobId, limit: LINES_AT_ONCE });
    if (rows.length === 0) return;
    await system.run(queries.eraseLines, { userId, ids: rows.map(({ id }) => id) });
  }
}
