import type { RowOf } from '../database/query.ts';
import type { UserId } from '../database/user-id.ts';
import type { JobLogLevel, JobStatus } from '../schema/enumerations.ts';
import type { JsonValue } from '../schema/json.ts';
import type * as queries from './job.repository.ts';

/** Why an attempt failed. */
export interface JobFailure {
  /** An error's code, or its name where it has none. */
  readonly code: string;
  readonly message: string;
}

/** A job as its owner sees it. */
export interface Job {
  readonly id: string;
  readonly userId: UserId;
  readonly kind: string;
  readonly displayName: string | null;
  readonly status: JobStatus;
  /** 0–100, of the running attempt. */
  readonly progress: number;
  readonly stage: string | null;
  readonly parameters: JsonValue;
  /** What the handler gave back. */
  readonly result: JsonValue;
  /** Why the last attempt failed. */
  readonly error: JobFailure | null;
  /** Higher ones go first. */
  readonly priority: number;
  /** How often it was begun. */
  readonly attempts: number;
  readonly maxAttempts: number;
  /** Who runs it; null unless it is running. */
  readonly worker: string | null;
  /** When another worker may take it over. */
  readonly leaseUntil: Date | null;
  /** When it can be run, if that lies in the future. */
  readonly waitsUntil: Date | null;
  readonly dedupKey: string | null;
  readonly scheduledAt: Date;
  readonly startedAt: Date | null;
  readonly cancelRequestedAt: Date | null;
  readonly completedAt: Date | null;
  readonly estimatedDurationMs: number | null;
  /** Of the last attempt. */
  readonly durationMs: number | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A line of a job's log. */
export interface JobLine {
  readonly id: string;
  readonly attempt: number;
  readonly level: JobLogLevel;
  readonly message: string;
  readonly details: JsonValue;
  readonly at: Date;
}

type JobRow = RowOf<(typeof queries.findById)['row']>;
type LineRow = RowOf<(typeof queries.listLines)['row']>;

export function toJob(userId: UserId, row: JobRow): Job {
  return {
    id: row.id,
    userId,
    kind: row.kind,
    displayName: row.display_name,
    status: row.status,
    progress: row.progress,
    stage: row.stage,
    parameters: row.parameters,
    result: row.result,
    error: row.error as JobFailure | null,
    priority: row.priority,
    attempts: row.attempts,
    maxAttempts: row.max_attempts,
    worker: row.worker,
    leaseUntil: row.lease_until,
    waitsUntil: row.waits_until,
    dedupKey: row.dedup_key,
    scheduledAt: row.scheduled_at,
    startedAt: row.started_at,
    cancelRequestedAt: row.cancel_requested_at,
    completedAt: row.completed_at,
    estimatedDurationMs: row.estimated_duration_ms,
    durationMs: row.duration_ms,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export function toLine(row: LineRow): JobLine {
  return {
    id: row.id,
    attempt: row.attempt,
    level: row.level,
    message: row.message,
    details: row.details,
    at: row.created_at,
  };
}
