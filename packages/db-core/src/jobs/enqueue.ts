import { afterCommit, type Database } from '../database/database.ts';
import { newId } from '../database/ids.ts';
import { parseInput } from '../platform/input.ts';
import type { JsonValue } from '../schema/json.ts';
import type { RunnableKind } from './definition.ts';
import { JobStateError } from './errors.ts';
import { enqueueSchema } from './inputs.ts';
import { type Job, toJob } from './job.ts';
import * as queries from './job.repository.ts';
import { wake } from './wake.ts';

export interface EnqueueOptions {
  /** Not before this. Default: at once. */
  readonly at?: Date;
  /** −1,000 to 1,000; higher ones go first, whoever they belong to. Default: 0. */
  readonly priority?: number;
  /** While the owner has an open job of this kind and key, that one is given back and no other is made. */
  readonly dedupKey?: string;
  /** Default: the kind's. */
  readonly maxAttempts?: number;
  /** What people are shown, 1–200 characters. */
  readonly displayName?: string;
  /** How long it will take, in milliseconds, as far as one can tell. */
  readonly estimatedMs?: number;
}

const TRIES = 5;

/** Writes a job whose parameters have been looked at, or will be when it is run. */
export async function insertJob(
  database: Database,
  { userId, kind, parameters }: { userId: string; kind: RunnableKind; parameters: JsonValue },
  options: EnqueueOptions,
): Promise<Job> {
  const { at, priority, dedupKey, maxAttempts, displayName, estimatedMs } = parseInput(enqueueSchema, options);
  const user = database.forUser(userId);
  const now = new Date();
  const waits = at !== undefined && at > now;
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const row = await user.first(queries.insert, {
      id: newId(),
      kind: kind.kind,
      displayName: displayName ?? null,
      parameters,
      priority,
      maxAttempts: maxAttempts ?? kind.maxAttempts,
      readyAt: waits ? null : now,
      waitsUntil: waits ? at : null,
      scheduledAt: at ?? now,
      dedupKey: dedupKey ?? null,
      estimatedDurationMs: estimatedMs ?? null,
      now,
    });
    if (row !== undefined) {
      afterCommit(database, () => wake(database, (worker) => worker.ready()));
      return toJob(user.userId, row);
    }
    if (dedupKey === undefined) break;
    const open = await user.first(queries.findOpenByKey, { kind: kind.kind, dedupKey });
    // It may have ended just now; then there is room for another.
    if (open !== undefined) return toJob(user.userId, open);
  }
  throw new JobStateError(`A job of the kind ${kind.kind} could not be enqueued beside others of its key; try again.`);
}
