import { defineSystemQuery } from '../database/query.ts';
import type { JsonValue } from '../schema/json.ts';

const ofQueue = ['user_id', 'id'] as const;

/** Every job has at least this priority. Said, it lets SQLite search the queue's index instead of going through it. */
const LOWEST = -1000;
/** Likewise, of leases. */
const LONG_AGO = new Date(0);

/** Is there anything to take? Looks without a lock. */
export const anyReady = defineSystemQuery('queue.anyReady', (db, p: { kinds: readonly string[] }) =>
  db
    .selectFrom('jobs')
    .select('id')
    .where('ready_at', 'is not', null)
    .where('priority', '>=', LOWEST)
    .where('kind', 'in', p.kinds)
    .limit(1),
);

/** Of the highest priority there is, the oldest job of the next user. What other workers are just taking is passed over. */
export const nextInTurn = defineSystemQuery('queue.nextInTurn', (db, p: { kinds: readonly string[]; after: string }) =>
  db
    .selectFrom('jobs')
    .select(ofQueue)
    .where('ready_at', 'is not', null)
    .where('kind', 'in', p.kinds)
    .where((eb) =>
      eb(
        'priority',
        '=',
        eb
          .selectFrom('jobs as highest')
          .select('highest.priority')
          .where('highest.ready_at', 'is not', null)
          .where('highest.priority', '>=', LOWEST)
          .where('highest.kind', 'in', p.kinds)
          .orderBy('highest.priority', 'desc')
          .limit(1),
      ),
    )
    .where('user_id', '>', p.after)
    .orderBy('user_id')
    .orderBy('ready_at')
    .orderBy('id')
    .limit(1)
    .forUpdate()
    .skipLocked(),
);

/** When the turn is at its end, or all of the highest priority is being taken: from the beginning. */
export const next = defineSystemQuery('queue.next', (db, p: { kinds: readonly string[] }) =>
  db
    .selectFrom('jobs')
    .select(ofQueue)
    .where('ready_at', 'is not', null)
    .where('priority', '>=', LOWEST)
    .where('kind', 'in', p.kinds)
    .orderBy('priority', 'desc')
    .orderBy('user_id')
    .orderBy('ready_at')
    .orderBy('id')
    .limit(1)
    .forUpdate()
    .skipLocked(),
);

interface Take {
  readonly userId: string;
  readonly id: string;
  readonly worker: string;
  readonly leaseUntil: Date;
  readonly now: Date;
}

/** The token grows, so that whoever had the job before can write no more. */
export const take = defineSystemQuery('queue.take', (db, p: Take) =>
  db
    .updateTable('jobs')
    .set((eb) => ({
      status: 'running',
      worker: p.worker,
      token: eb('token', '+', 1),
      attempts: eb('attempts', '+', 1),
      lease_until: p.leaseUntil,
      ready_at: null,
      progress: 0,
      stage: null,
      started_at: p.now,
      updated_at: p.now,
    }))
    .where('user_id', '=', p.userId)
    .where('id', '=', p.id)
    .where('ready_at', 'is not', null)
    .returning(['user_id', 'id', 'kind', 'parameters', 'attempts', 'max_attempts', 'token']),
);

export const anyWaitOver = defineSystemQuery('queue.anyWaitOver', (db, p: { now: Date }) =>
  db.selectFrom('jobs').select('id').where('waits_until', '<=', p.now).limit(1),
);

/** Jobs whose time has come, held until the transaction ends. */
export const waitsOver = defineSystemQuery('queue.waitsOver', (db, p: { now: Date; limit: number }) =>
  db.selectFrom('jobs').select(ofQueue).where('waits_until', '<=', p.now).limit(p.limit).forUpdate().skipLocked(),
);

/** It is ready since the time that it waited for. */
export const makeReady = defineSystemQuery('queue.makeReady', (db, p: { userId: string; id: string; now: Date }) =>
  db
    .updateTable('jobs')
    .set((eb) => ({ ready_at: eb.ref('waits_until'), waits_until: null, updated_at: p.now }))
    .where('user_id', '=', p.userId)
    .where('id', '=', p.id)
    .where('waits_until', 'is not', null),
);

export const anyLeaseOver = defineSystemQuery('queue.anyLeaseOver', (db, p: { now: Date }) =>
  db.selectFrom('jobs').select('id').where('lease_until', '<=', p.now).limit(1),
);

/** Jobs whose worker hasn't been heard of for as long as its lease. */
export const leasesOver = defineSystemQuery('queue.leasesOver', (db, p: { now: Date; limit: number }) =>
  db
    .selectFrom('jobs')
    .select(['user_id', 'id', 'kind', 'worker', 'token', 'attempts', 'max_attempts', 'cancel_requested_at'])
    .where('lease_until', '<=', p.now)
    .limit(p.limit)
    .forUpdate()
    .skipLocked(),
);

interface Reclaim {
  readonly userId: string;
  readonly id: string;
  readonly status: 'pending' | 'failed' | 'cancelled';
  readonly error: JsonValue;
  readonly readyAt: Date | null;
  readonly completedAt: Date | null;
  readonly now: Date;
}

/** The token stays: it grows when the next worker takes the job, and until then the status tells the last one that it's over. */
export const reclaim = defineSystemQuery('queue.reclaim', (db, p: Reclaim) =>
  db
    .updateTable('jobs')
    .set({
      status: p.status,
      error: p.error,
      worker: null,
      lease_until: null,
      ready_at: p.readyAt,
      completed_at: p.completedAt,
      updated_at: p.now,
    })
    .where('user_id', '=', p.userId)
    .where('id', '=', p.id)
    .where('lease_until', '<=', p.now),
);

/** Running jobs that somebody wants stopped. */
export const cancelRequests = defineSystemQuery('queue.cancelRequests', (db, p: { worker: string }) =>
  db
    .selectFrom('jobs')
    .select('id')
    .where('lease_until', '>', LONG_AGO)
    .where('cancel_requested_at', 'is not', null)
    .where('worker', '=', p.worker),
);
