import type { MetricDefinition } from './contract.ts';

const SYSTEM = 'db_system_name';
const POOL = 'db_client_connection_pool_name';
const STATE = 'db_client_connection_state';
const ERROR = 'error_type';

export const operationDuration = {
  name: 'db_client_operation_duration_seconds',
  type: 'histogram',
  help: 'How long statements took, by the name of their query; those that failed with their error code.',
  labels: [SYSTEM, 'db_query_summary', ERROR],
  semantic: 'db.client.operation.duration',
} as const satisfies MetricDefinition;

export const transactionDuration = {
  name: 'keelson_transaction_duration_seconds',
  type: 'histogram',
  help: 'How long transactions took, from begin to end; those that failed with their error code.',
  labels: [SYSTEM, ERROR],
} as const satisfies MetricDefinition;

export const errors = {
  name: 'keelson_errors_total',
  type: 'counter',
  help: 'Errors of statements and transactions, by code; one that passes through both counts once.',
  labels: [SYSTEM, ERROR],
} as const satisfies MetricDefinition;

export const retries = {
  name: 'keelson_retries_total',
  type: 'counter',
  help: 'Writes, transactions and starts that were tried again, by what they failed with.',
  labels: ['scope', ERROR],
} as const satisfies MetricDefinition;

export const connectionErrors = {
  name: 'keelson_connection_errors_total',
  type: 'counter',
  help: 'Connections that broke, also unused ones.',
  labels: [ERROR],
} as const satisfies MetricDefinition;

export const breakerTransitions = {
  name: 'keelson_breaker_transitions_total',
  type: 'counter',
  help: 'How often the circuit to the database got into a state.',
  labels: ['state'],
} as const satisfies MetricDefinition;

export const breakerState = {
  name: 'keelson_breaker_state',
  type: 'gauge',
  help: '1 for the state in which the circuit to the database is, 0 for the others. PostgreSQL.',
  labels: ['state'],
} as const satisfies MetricDefinition;

export const connectionWait = {
  name: 'db_client_connection_wait_time_seconds',
  type: 'histogram',
  help: 'How long it took to get a connection from the pool; in vain with the error code. PostgreSQL.',
  labels: [POOL, ERROR],
  semantic: 'db.client.connection.wait_time',
} as const satisfies MetricDefinition;

export const connectionTimeouts = {
  name: 'db_client_connection_timeouts_total',
  type: 'counter',
  help: 'Waits for a connection that ended because none was free in time.',
  labels: [POOL],
  semantic: 'db.client.connection.timeouts',
} as const satisfies MetricDefinition;

export const connectionCount = {
  name: 'db_client_connection_count',
  type: 'gauge',
  help: 'Connections by state: idle or used.',
  labels: [POOL, STATE],
  semantic: 'db.client.connection.count',
} as const satisfies MetricDefinition;

export const connectionMax = {
  name: 'db_client_connection_max',
  type: 'gauge',
  help: 'How many connections there may be.',
  labels: [POOL],
  semantic: 'db.client.connection.max',
} as const satisfies MetricDefinition;

export const connectionPending = {
  name: 'db_client_connection_pending_requests',
  type: 'gauge',
  help: 'Work that waits for a connection; on SQLite also for its turn to write.',
  labels: [POOL],
  semantic: 'db.client.connection.pending_requests',
} as const satisfies MetricDefinition;

export const lockWait = {
  name: 'keelson_lock_wait_seconds',
  type: 'histogram',
  help: "SQLite: waits to write, behind this process's writers (turn) or another process (file). Who needn't wait isn't counted.",
  labels: ['of'],
} as const satisfies MetricDefinition;

export const lockFailures = {
  name: 'keelson_lock_failures_total',
  type: 'counter',
  help: 'Statements and transactions that failed over locks: LOCK_TIMEOUT, DEADLOCK or SERIALIZATION.',
  labels: [ERROR],
} as const satisfies MetricDefinition;

export const lockWaiting = {
  name: 'keelson_lock_waiting_sessions',
  type: 'gauge',
  help: "PostgreSQL: sessions of this database that wait for a lock, whoever's they are.",
  labels: [],
} as const satisfies MetricDefinition;

export const databaseSize = {
  name: 'keelson_database_size_bytes',
  type: 'gauge',
  help: 'How large the database is.',
  labels: [SYSTEM],
} as const satisfies MetricDefinition;

export const walSize = {
  name: 'keelson_wal_size_bytes',
  type: 'gauge',
  help: "SQLite: how large the write-ahead log is. PostgreSQL's belongs to the server.",
  labels: [],
} as const satisfies MetricDefinition;

export const consumerBehind = {
  name: 'keelson_changes_consumer_behind',
  type: 'gauge',
  help: 'Changes that a consumer has not handled yet; 10,000 stands for that many and more.',
  labels: ['consumer'],
} as const satisfies MetricDefinition;

export const consumerLag = {
  name: 'keelson_changes_consumer_lag_seconds',
  type: 'gauge',
  help: 'For how long the oldest change that a consumer has not handled has waited.',
  labels: ['consumer'],
} as const satisfies MetricDefinition;

export const consumerResync = {
  name: 'keelson_changes_consumer_resync',
  type: 'gauge',
  help: '1 where a consumer has to read everything anew: it fell too far behind, or the database was restored.',
  labels: ['consumer'],
} as const satisfies MetricDefinition;

export const consumerRunning = {
  name: 'keelson_changes_consumer_running',
  type: 'gauge',
  help: '1 where an instance of the consumer is at work.',
  labels: ['consumer'],
} as const satisfies MetricDefinition;

export const jobsEnded = {
  name: 'keelson_jobs_total',
  type: 'counter',
  help: "Attempts at jobs that ended in this process's worker, by kind and outcome.",
  labels: ['kind', 'outcome'],
} as const satisfies MetricDefinition;

export const jobDuration = {
  name: 'keelson_job_duration_seconds',
  type: 'histogram',
  help: 'How long these attempts took.',
  labels: ['kind', 'outcome'],
} as const satisfies MetricDefinition;

export const jobsActive = {
  name: 'keelson_jobs_active',
  type: 'gauge',
  help: "Jobs that this process's worker is at.",
  labels: [],
} as const satisfies MetricDefinition;

export const workerTrouble = {
  name: 'keelson_worker_troubles_total',
  type: 'counter',
  help: "What this process's worker asked of the database in vain, by code.",
  labels: [ERROR],
} as const satisfies MetricDefinition;

export const jobsQueued = {
  name: 'keelson_jobs_queued',
  type: 'gauge',
  help: "Everybody's jobs that could begin now, by kind; 10,000 stands for that many and more.",
  labels: ['kind'],
} as const satisfies MetricDefinition;

export const jobsOldest = {
  name: 'keelson_jobs_oldest_queued_seconds',
  type: 'gauge',
  help: 'For how long the oldest of these has waited.',
  labels: ['kind'],
} as const satisfies MetricDefinition;

export const jobsRunning = {
  name: 'keelson_jobs_running',
  type: 'gauge',
  help: "Everybody's jobs that some worker is at.",
  labels: [],
} as const satisfies MetricDefinition;

export const cacheReads = {
  name: 'keelson_cache_reads_total',
  type: 'counter',
  help: "Reads through this process's cache: found in the hot or the warm tier, or missed. Hits by all are the hit rate.",
  labels: ['result'],
} as const satisfies MetricDefinition;

export const cacheLoads = {
  name: 'keelson_cache_loads_total',
  type: 'counter',
  help: 'What the cache read from the database, by outcome. Those who wait for the same answer count once.',
  labels: ['outcome'],
} as const satisfies MetricDefinition;

export const cacheStale = {
  name: 'keelson_cache_stale_reads_total',
  type: 'counter',
  help: "Old answers that the cache gave because the database couldn't be reached.",
  labels: [],
} as const satisfies MetricDefinition;

export const cacheDropped = {
  name: 'keelson_cache_dropped_total',
  type: 'counter',
  help: 'Answers that the cache dropped or never kept: what they were made of changed, for room, too large.',
  labels: ['reason'],
} as const satisfies MetricDefinition;

export const cacheEntries = {
  name: 'keelson_cache_entries',
  type: 'gauge',
  help: 'Answers that are kept, by tier.',
  labels: ['tier'],
} as const satisfies MetricDefinition;

export const cacheBytes = {
  name: 'keelson_cache_size_bytes',
  type: 'gauge',
  help: 'How much memory they take, as estimated.',
  labels: ['tier'],
} as const satisfies MetricDefinition;

export const replicaUp = {
  name: 'keelson_replica_up',
  type: 'gauge',
  help: '1 while the replica answers reads, 0 otherwise.',
  labels: ['replica'],
} as const satisfies MetricDefinition;

export const replicaLag = {
  name: 'keelson_replica_lag_seconds',
  type: 'gauge',
  help: 'How old what the replica shows may be.',
  labels: ['replica'],
} as const satisfies MetricDefinition;

export const replicaLagBytes = {
  name: 'keelson_replica_lag_bytes',
  type: 'gauge',
  help: "How much of the primary's log it had yet to replay when it was looked at last.",
  labels: ['replica'],
} as const satisfies MetricDefinition;

export const replicaReads = {
  name: 'keelson_replica_reads_total',
  type: 'counter',
  help: 'Reads that it answered, and such that were repeated on the primary because it failed.',
  labels: ['replica', 'outcome'],
} as const satisfies MetricDefinition;

export const backupAge = {
  name: 'keelson_backup_age_seconds',
  type: 'gauge',
  help: 'How old the last backup is that was read back, full or incremental: what was written since would be lost. Missing where there is none.',
  labels: [],
} as const satisfies MetricDefinition;

export const fullBackupAge = {
  name: 'keelson_full_backup_age_seconds',
  type: 'gauge',
  help: 'How old the last full backup is that was read back; missing where there is none.',
  labels: [],
} as const satisfies MetricDefinition;

export const backupDrill = {
  name: 'keelson_backup_drill_succeeded',
  type: 'gauge',
  help: '1 where the last backup that was restored for a try could be; missing where nobody tried.',
  labels: [],
} as const satisfies MetricDefinition;

export const alertsFiring = {
  name: 'keelson_alerts_firing',
  type: 'gauge',
  help: 'Alerts that fire, by rule; docs/alerts.md says what each one means. While the database is away, only that.',
  labels: ['rule', 'severity'],
} as const satisfies MetricDefinition;

export const eventLoopDelay = {
  name: 'nodejs_eventloop_delay_seconds',
  type: 'gauge',
  help: 'How late the event loop came to its timers since the figures were last read, by quantile; 1 is the longest.',
  labels: ['quantile'],
  semantic: 'nodejs.eventloop.delay.p50, .p90, .p99, .max',
} as const satisfies MetricDefinition;

export const sourceUp = {
  name: 'keelson_metrics_source_up',
  type: 'gauge',
  help: '0 where the figures of a source could not be read; they are missing then.',
  labels: ['source'],
} as const satisfies MetricDefinition;
