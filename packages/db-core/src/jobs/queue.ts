import type { Database } from '../database/database.ts';
import type { SystemHandle } from '../database/handle.ts';
import { JobCancelledError, JobLeaseLostError } from './errors.ts';
import * as queries from './queue.repository.ts';

/** A job that a worker has taken. */
export interface Claimed {
  readonly userId: string;
  readonly id: string;
  readonly kind: string;
  readonly parameters: unknown;
  /** Which one this is, from 1. */
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly token: number;
  /** When it was asked for, by this process's own clock. */
  readonly claimedAt: number;
}

export interface QueueOptions {
  readonly database: Database;
  /** The worker's name, which no other has. */
  readonly worker: string;
  readonly leaseMs: number;
}

/** So many rows are changed at once, so that others come in between. */
const SWEEP = 200;

/** Everybody's open jobs, as one worker sees them. */
export class Queue {
  readonly #system: SystemHandle;
  readonly #worker: string;
  readonly #leaseMs: number;
  /** Whose job was taken last; the next turn is the next one's. */
  #after = '';

  constructor({ database, worker, leaseMs }: QueueOptions) {
    this.#system = database.system('jobs: a worker takes whoever’s job is next');
    this.#worker = worker;
    this.#leaseMs = leaseMs;
  }

  /**
   * Takes up to so many jobs of these kinds: the highest priority first, within it users in turn, and of one user the
   * oldest. No two workers get the same one: PostgreSQL passes over rows that others have locked, and on SQLite one
   * process writes at a time.
   */
  async claim(kinds: readonly string[], count: number): Promise<Claimed[]> {
    if ((await this.#system.first(queries.anyReady, { kinds })) === undefined) return [];
    const claimedAt = performance.now();
    return this.#system.transaction(async (system) => {
      const claimed: Claimed[] = [];
      let after = this.#after;
      while (claimed.length < count) {
        const next =
          (await system.first(queries.nextInTurn, { kinds, after })) ?? (await system.first(queries.next, { kinds }));
        if (next === undefined) break;
        const now = new Date();
        const row = await system.first(queries.take, {
          userId: next.user_id,
          id: next.id,
          worker: this.#worker,
          leaseUntil: new Date(now.getTime() + this.#leaseMs),
          now,
        });
        // The row is locked, so it can't have gone.
        if (row === undefined) break;
        after = row.user_id;
        claimed.push({
          userId: row.user_id,
          id: row.id,
          kind: row.kind,
          parameters: row.parameters,
          attempt: row.attempts,
          maxAttempts: row.max_attempts,
          token: row.token,
          claimedAt,
        });
      }
      this.#after = after;
      return claimed;
    });
  }

  /** Makes ready what has waited long enough, and takes jobs back from workers that are gone. Looks before it writes. */
  async sweep(): Promise<void> {
    const now = new Date();
    if ((await this.#system.first(queries.anyWaitOver, { now })) !== undefined)
      await this.#system.transaction((system) => makeReady(system, now));
    if ((await this.#system.first(queries.anyLeaseOver, { now })) !== undefined)
      await this.#system.transaction((system) => reclaim(system, now));
  }

  /** Those of this worker's jobs that somebody wants stopped. */
  async cancelRequests(): Promise<readonly string[]> {
    const rows = await this.#system.all(queries.cancelRequests, { worker: this.#worker });
    return rows.map(({ id }) => id);
  }
}

async function makeReady(system: SystemHandle, now: Date): Promise<void> {
  const rows = await system.all(queries.waitsOver, { now, limit: SWEEP });
  await system.runMany(
    queries.makeReady,
    rows.map((row) => ({ userId: row.user_id, id: row.id, now })),
  );
}

/** Another attempt, if there is one left: a job that kills its workers must not do so forever. */
async function reclaim(system: SystemHandle, now: Date): Promise<void> {
  for (const row of await system.all(queries.leasesOver, { now, limit: SWEEP })) {
    const cancelled = row.cancel_requested_at !== null;
    const again = !cancelled && row.attempts < row.max_attempts;
    const error = cancelled
      ? new JobCancelledError(`The job ${row.id} was cancelled.`)
      : new JobLeaseLostError(`The worker ${row.worker} was not heard of for the length of its lease.`);
    await system.run(queries.reclaim, {
      userId: row.user_id,
      id: row.id,
      status: cancelled ? 'cancelled' : again ? 'pending' : 'failed',
      error: { code: error.code, message: error.message },
      readyAt: again ? now : null,
      completedAt: again ? null : now,
      now,
    });
  }
}
