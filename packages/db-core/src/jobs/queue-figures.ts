import type { Database } from '../database/database.ts';
import * as queries from './queue-figures.repository.ts';

export interface QueuedKind {
  readonly kind: string;
  /** Jobs that could begin now. */
  readonly jobs: number;
  /** For how long the oldest of them has waited. */
  readonly oldestMs: number;
}

export interface QueueFigures {
  /** By kind, of the first 10,000 in the queue's order. */
  readonly queued: readonly QueuedKind[];
  /** With a worker, also with one that died and whose lease isn't over. */
  readonly running: number;
}

const MOST = 10_000;

/** Everybody's open jobs, for those who look after the database. */
export async function queueFigures(database: Database): Promise<QueueFigures> {
  const system = database.system('figures of the queue');
  const rows = await system.all(queries.countQueued, { limit: MOST });
  const running = await system.first(queries.countRunning, { limit: MOST });
  const now = Date.now();
  const queued = rows.map(({ kind, jobs, oldest }) => ({
    kind,
    jobs,
    oldestMs: oldest === null ? 0 : Math.max(0, now - oldest.getTime()),
  }));
  return { queued: queued.toSorted((a, b) => (a.kind < b.kind ? -1 : 1)), running: running?.jobs ?? 0 };
}
