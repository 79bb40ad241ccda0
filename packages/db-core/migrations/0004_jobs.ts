import type { Migration } from '../src/schema/migration.ts';

/** Work that is done later by a worker, what it said meanwhile, and work that comes again by the clock. */
export const migration: Migration = {
  name: '0004_jobs',

  up(m) {
    m.createTable(
      'jobs',
      (t) => ({
        user_id: t.userId(),
        id: t.uuid(),
        kind: t.text({ min: 1, max: 100 }),
        display_name: t.text({ min: 1, max: 200 }).nullable(),
        status: t.oneOf(['pending', 'running', 'completed', 'failed', 'cancelled']).default('pending'),
        progress: t.integer({ min: 0, max: 100 }).default(0),
        stage: t.text({ max: 200 }).nullable(),
        parameters: t.json(),
        result: t.json().nullable(),
        error: t.json().nullable(),
        priority: t.integer({ min: -1000, max: 1000 }).default(0),
        attempts: t.integer({ min: 0 }).default(0),
        max_attempts: t.integer({ min: 1, max: 1000 }),
        worker: t.text({ min: 1, max: 255 }).nullable(),
        token: t.bigint({ min: 0 }).default(0),
        lease_until: t.timestamp().nullable(),
        ready_at: t.timestamp().nullable(),
        waits_until: t.timestamp().nullable(),
        dedup_key: t.text({ min: 1, max: 255 }).nullable(),
        scheduled_at: t.timestamp(),
        started_at: t.timestamp().nullable(),
        cancel_requested_at: t.timestamp().nullable(),
        completed_at: t.timestamp().nullable(),
        estimated_duration_ms: t.bigint({ min: 0 }).nullable(),
        duration_ms: t.bigint({ min: 0 }).nullable(),
        created_at: t.timestamp(),
        updated_at: t.timestamp(),
      }),
      {
        primaryKey: ['user_id', 'id'],
        indexes: {
          jobs_dedup_key: {
            columns: ['user_id', 'kind', 'dedup_key'],
            unique: true,
            where: 'dedup_key IS NOT NULL AND completed_at IS NULL',
          },
          jobs_by_status: { columns: ['user_id', 'status', 'id desc'] },
          jobs_by_kind: { columns: ['user_id', 'kind', 'id desc', 'status'] },
          // These three are the queue. Each holds only the jobs that are in that state, and concerns all users.
          jobs_ready: {
            columns: ['priority desc', 'user_id', 'ready_at asc nulls first', 'id', 'kind'],
            where: 'ready_at IS NOT NULL',
          },
          jobs_waiting: { columns: ['waits_until asc nulls first'], where: 'waits_until IS NOT NULL' },
          jobs_leased: { columns: ['lease_until asc nulls first'], where: 'lease_until IS NOT NULL' },
        },
        checks: {
          jobs_pending: "(status = 'pending') = (ready_at IS NOT NULL OR waits_until IS NOT NULL)",
          jobs_pending_once: 'ready_at IS NULL OR waits_until IS NULL',
          jobs_running: "(status = 'running') = (lease_until IS NOT NULL)",
          jobs_held: '(worker IS NULL) = (lease_until IS NULL)',
          jobs_open: "(completed_at IS NULL) = (status IN ('pending', 'running'))",
        },
        // A job's row changes a dozen times.
        fillFactor: 70,
      },
    );

    m.createTable(
      'job_logs',
      (t) => ({
        user_id: t.userId(),
        id: t.uuid(),
        job_id: t.uuid(),
        attempt: t.integer({ min: 1 }),
        level: t.oneOf(['debug', 'info', 'warning', 'error']),
        message: t.text({ max: 4000 }),
        details: t.json().nullable(),
        created_at: t.timestamp(),
      }),
      {
        primaryKey: ['user_id', 'id'],
        foreignKeys: [{ columns: ['user_id', 'job_id'], references: ['jobs', ['user_id', 'id']], onDelete: 'cascade' }],
        indexes: { job_logs_by_job: { columns: ['user_id', 'job_id', 'id'] } },
      },
    );

    m.createTable(
      'schedules',
      (t) => ({
        id: t.uuid(),
        user_id: t.userId(),
        name: t.text({ min: 1, max: 200 }),
        kind: t.text({ min: 1, max: 100 }),
        parameters: t.json(),
        expression: t.text({ min: 1, max: 200 }),
        time_zone: t.text({ min: 1, max: 100 }),
        is_enabled: t.boolean().default(true),
        next_run_at: t.timestamp().nullable(),
        last_run_at: t.timestamp().nullable(),
        last_job_id: t.uuid().nullable(),
        created_at: t.timestamp(),
        updated_at: t.timestamp(),
        version: t.integer({ min: 1 }).default(1),
      }),
      {
        primaryKey: ['id'],
        indexes: {
          schedules_name_key: { columns: ['user_id', 'name'], unique: true },
          schedules_due: { columns: ['next_run_at asc nulls first'], where: 'next_run_at IS NOT NULL' },
        },
      },
    );

    m.trackChanges('jobs', 'job_logs');
  },

  down(m) {
    m.untrackChanges('jobs', 'job_logs');
    m.dropTables('schedules', 'job_logs', 'jobs');
  },
};
