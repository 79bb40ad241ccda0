import { defineSystemQuery } from '../database/query.ts';

const columns = ['taken_at', 'size_bytes', 'active_users', 'lock_tries', 'lock_failures', 'writes_per_second'] as const;

export interface NewSample {
  readonly id: string;
  readonly takenAt: Date;
  readonly sizeBytes: number;
  readonly activeUsers: number;
  readonly lockTries: number;
  readonly lockFailures: number;
  readonly writesPerSecond: number;
}

export const insert = defineSystemQuery('readiness.insert', (db, p: NewSample) =>
  db.insertInto('readiness_samples').values({
    id: p.id,
    taken_at: p.takenAt,
    size_bytes: p.sizeBytes,
    active_users: p.activeUsers,
    lock_tries: p.lockTries,
    lock_failures: p.lockFailures,
    writes_per_second: p.writesPerSecond,
  }),
);

/** Oldest first. */
export const listSince = defineSystemQuery('readiness.listSince', (db, p: { since: Date; limit: number }) =>
  db.selectFrom('readiness_samples').select(columns).where('taken_at', '>', p.since).orderBy('taken_at').limit(p.limit),
);

export const removeBefore = defineSystemQuery('readiness.removeBefore', (db, p: { before: Date }) =>
  db.deleteFrom('readiness_samples').where('taken_at', '<=', p.before),
);
