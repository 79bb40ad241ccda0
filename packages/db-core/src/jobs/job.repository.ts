import { defineQuery } from '../database/query.ts';
import type { JobLogLevel, JobStatus } from '../schema/enumerations.ts';
import type { JsonValue } from '../schema/json.ts';

const columns = [
  'id',
  'kind',
  'display_name',
  'status',
  'progress',
  'stage',
  'parameters',
  'result',
  'error',
  'priority',
  'attempts',
  'max_attempts',
  'worker',
  'lease_until',
  'waits_until',
  'dedup_key',
  'scheduled_at',
  'started_at',
  'cancel_requested_at',
  'completed_at',
  'estimated_duration_ms',
  'duration_ms',
  'created_at',
  'updated_at',
] as const;

interface NewJob {
  readonly id: string;
  readonly kind: string;
  readonly displayName: string | null;
  readonly parameters: JsonValue;
  readonly priority: number;
  readonly maxAttempts: number;
  readonly readyAt: Date | null;
  readonly waitsUntil: Date | null;
  readonly scheduledAt: Date;
  readonly dedupKey: string | null;
  readonly estimatedDurationMs: number | null;
  readonly now: Date;
}

/** Gives nothing when there is an open job of the same key. */
export const insert = defineQuery('jobs.insert', (db, p: NewJob) =>
  db
    .insertInto('jobs')
    .values({
      id: p.id,
      kind: p.kind,
      display_name: p.displayName,
      parameters: p.parameters,
      priority: p.priority,
      max_attempts: p.maxAttempts,
      ready_at: p.readyAt,
      waits_until: p.waitsUntil,
      scheduled_at: p.scheduledAt,
      dedup_key: p.dedupKey,
      estimated_duration_ms: p.estimatedDurationMs,
      created_at: p.now,
      updated_at: p.now,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['user_id', 'kind', 'dedup_key'])
        .where('dedup_key', 'is not', null)
        .where('completed_at', 'is', null)
        .doNothing(),
    )
    .returning(columns),
);

export const findOpenByKey = defineQuery('jobs.findOpenByKey', (db, p: { kind: string; dedupKey: string }) =>
  db
    .selectFrom('jobs')
    .select(columns)
    .where('kind', '=', p.kind)
    .where('dedup_key', '=', p.dedupKey)
    .where('completed_at', 'is', null),
);

export const findById = defineQuery('jobs.findById', (db, p: { id: string }) =>
  db.selectFrom('jobs').select(columns).where('id', '=', p.id),
);

interface PageOfJobs {
  readonly before: string;
  readonly limit: number;
}

export const list = defineQuery('jobs.list', (db, p: PageOfJobs) =>
  db.selectFrom('jobs').select(columns).where('id', '<', p.before).orderBy('id', 'desc').limit(p.limit),
);

export const listOfStatus = defineQuery('jobs.listOfStatus', (db, p: PageOfJobs & { status: JobStatus }) =>
  db
    .selectFrom('jobs')
    .select(columns)
    .where('status', '=', p.status)
    .where('id', '<', p.before)
    .orderBy('id', 'desc')
    .limit(p.limit),
);

export const listOfKind = defineQuery('jobs.listOfKind', (db, p: PageOfJobs & { kind: string }) =>
  db
    .selectFrom('jobs')
    .select(columns)
    .where('kind', '=', p.kind)
    .where('id', '<', p.before)
    .orderBy('id', 'desc')
    .limit(p.limit),
);

export const listOfKindAndStatus = defineQuery(
  'jobs.listOfKindAndStatus',
  (db, p: PageOfJobs & { kind: string; status: JobStatus }) =>
    db
      .selectFrom('jobs')
      .select(columns)
      .where('kind', '=', p.kind)
      .where('status', '=', p.status)
      .where('id', '<', p.before)
      .orderBy('id', 'desc')
      .limit(p.limit),
);

/** One that nobody has begun ends at once. */
export const cancelPending = defineQuery('jobs.cancelPending', (db, p: { id: string; now: Date }) =>
  db
    .updateTable('jobs')
    .set({
      status: 'cancelled',
      ready_at: null,
      waits_until: null,
      cancel_requested_at: p.now,
      completed_at: p.now,
      updated_at: p.now,
    })
    .where('id', '=', p.id)
    .where('status', '=', 'pending')
    .returning(columns),
);

/** Its worker is asked to stop; asked twice, the first time counts. */
export const requestCancel = defineQuery('jobs.requestCancel', (db, p: { id: string; now: Date }) =>
  db
    .updateTable('jobs')
    .set((eb) => ({
      cancel_requested_at: eb.fn.coalesce('cancel_requested_at', eb.val(p.now)),
      updated_at: p.now,
    }))
    .where('id', '=', p.id)
    .where('status', '=', 'running')
    .returning(columns),
);

/** From the beginning, with all its attempts. */
export const retry = defineQuery('jobs.retry', (db, p: { id: string; now: Date }) =>
  db
    .updateTable('jobs')
    .set({
      status: 'pending',
      progress: 0,
      stage: null,
      result: null,
      error: null,
      attempts: 0,
      ready_at: p.now,
      scheduled_at: p.now,
      cancel_requested_at: null,
      completed_at: null,
      updated_at: p.now,
    })
    .where('id', '=', p.id)
    .where('status', 'in', ['failed', 'cancelled'])
    .returning(columns),
);

/** Written by whoever holds a job, and only while it does: `token` is the one of its lease. */
interface Held {
  readonly id: string;
  readonly token: number;
  readonly now: Date;
}

/** The heartbeat: the lease is extended, and what is known of the job is told. */
export const report = defineQuery(
  'jobs.report',
  (db, p: Held & { leaseUntil: Date; progress: number; stage: string | null }) =>
    db
      .updateTable('jobs')
      .set({ lease_until: p.leaseUntil, progress: p.progress, stage: p.stage, updated_at: p.now })
      .where('id', '=', p.id)
      .where('token', '=', p.token)
      .where('status', '=', 'running')
      .returning('cancel_requested_at'),
);

export interface Settled extends Held {
  readonly status: JobStatus;
  readonly progress: number;
  readonly stage: string | null;
  readonly result: JsonValue;
  readonly error: JsonValue;
  readonly attempts: number;
  readonly readyAt: Date | null;
  readonly waitsUntil: Date | null;
  readonly completedAt: Date | null;
  readonly durationMs: number;
}

/** The lease ends: with the job, or before another attempt. */
export const settle = defineQuery('jobs.settle', (db, p: Settled) =>
  db
    .updateTable('jobs')
    .set({
      status: p.status,
      progress: p.progress,
      stage: p.stage,
      result: p.result,
      error: p.error,
      attempts: p.attempts,
      worker: null,
      lease_until: null,
      ready_at: p.readyAt,
      waits_until: p.waitsUntil,
      completed_at: p.completedAt,
      duration_ms: p.durationMs,
      updated_at: p.now,
    })
    .where('id', '=', p.id)
    .where('token', '=', p.token)
    .where('status', '=', 'running')
    .returning('id'),
);

export interface NewLine {
  readonly id: string;
  readonly jobId: string;
  readonly attempt: number;
  readonly level: JobLogLevel;
  readonly message: string;
  readonly details: JsonValue;
  readonly now: Date;
}

/** A line that is sent again, because it wasn't known whether it had arrived, is there once. */
export const insertLine = defineQuery('jobs.insertLine', (db, p: NewLine) =>
  db
    .insertInto('job_logs')
    .values({
      id: p.id,
      job_id: p.jobId,
      attempt: p.attempt,
      level: p.level,
      message: p.message,
      details: p.details,
      created_at: p.now,
    })
    .onConflict((conflict) => conflict.columns(['user_id', 'id']).doNothing()),
);

export const listLines = defineQuery('jobs.listLines', (db, p: { jobId: string; after: string; limit: number }) =>
  db
    .selectFrom('job_logs')
    .select(['id', 'attempt', 'level', 'message', 'details', 'created_at'])
    .where('job_id', '=', p.jobId)
    .where('id', '>', p.after)
    .orderBy('id')
    .limit(p.limit),
);
