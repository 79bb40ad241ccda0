export type {
  Change,
  ChangeBatch,
  ChangeFeed,
  ChangeHandler,
  ConsumeChanges,
  FollowChanges,
  PruneChanges,
  ReadChanges,
  ResyncReason,
} from './changes/contract.ts';
export type { Database, OpenOptions } from './database/database.ts';
export { asBoolean, asJson, asTimestamp } from './database/guard/fragments.ts';
export type { StreamOptions, SystemHandle, UserHandle, WriteResult } from './database/handle.ts';
export { newId } from './database/ids.ts';
export type { ChangeOptions, DatabaseMigrations } from './database/migrations.ts';
export { type Buildable, defineQuery, defineSystemQuery, type Query, type QueryBuilder } from './database/query.ts';
export type { TransactionOptions } from './database/transaction.ts';
export { parseUserId, type UserId, userIdSchema } from './database/user-id.ts';
export type { EngineInfo, EngineKind, PoolFigures } from './engine/contract.ts';
export type { DatabaseEvent, EventListener } from './events/events.ts';
export * from './errors/index.ts';
export {
  type DatabaseConfig,
  type DatabaseTarget,
  type Environment,
  type HttpConfig,
  type KeelsonConfig,
  loadConfig,
  loadDatabaseConfig,
  readEnvironment,
  redactUrl,
} from './config/index.ts';
export {
  type DatabaseHealth,
  databaseHealth,
  type HealthCheck,
  type HealthOptions,
  type HealthStatus,
} from './operations/health.ts';
export { type DatabaseInfo, databaseInfo, type TableSize } from './operations/info.ts';
export { type Account, Accounts, type CreateAccount, type ListAccounts } from './platform/accounts.ts';
export { AccountExistsError, AccountNotFoundError, TokenNotFoundError } from './platform/errors.ts';
export { ensureIdentity, type Identity, readIdentity } from './platform/identity.ts';
export {
  ApiTokens,
  type Authenticated,
  type CreatedToken,
  type CreateToken,
  type ListTokens,
  type TokenRecord,
} from './platform/tokens.ts';
export type { Backoff } from './jobs/backoff.ts';
export type { JobContext, JobDefinition, JobKind } from './jobs/definition.ts';
export type { EnqueueOptions } from './jobs/enqueue.ts';
export {
  JobAbandonedError,
  JobCancelledError,
  JobKindUnknownError,
  JobLeaseLostError,
  JobNotFoundError,
  JobStateError,
  JobTimeoutError,
  ScheduleNotFoundError,
  WorkerStoppedError,
} from './jobs/errors.ts';
export type { Job, JobFailure, JobLine } from './jobs/job.ts';
export { Jobs, type ListJobs } from './jobs/jobs.ts';
export { searchReindex } from './jobs/reindex.ts';
export type { Ending } from './jobs/run.ts';
export { type ListSchedules, type Schedule, Schedules, type SetSchedule } from './jobs/schedules.ts';
export { Worker, type WorkedJob, type WorkerEvent, type WorkerOptions } from './jobs/worker.ts';
export type {
  KeepIndexed,
  RefreshOptions,
  SearchHit,
  SearchInput,
  SearchPage,
  SearchStatus,
} from './search/contract.ts';
export type { FieldHighlights, TextRange } from './search/query/highlight.ts';
export { Search } from './search/search.ts';
export {
  defineSearchSource,
  type SearchableRow,
  type SearchSource,
  type SearchSourceDefinition,
} from './search/source.ts';
export * from './schema/enumerations.ts';
export { openDatabase } from './open-database.ts';
export type { JsonValue } from './schema/json.ts';
export type { Migration, MigrationContext, ValidationContext } from './schema/migration.ts';
export type { PlannedMigration } from './schema/plan.ts';
export type { MigrationRun } from './schema/runner.ts';
export { type Scaffold, scaffoldMigration, type ScaffoldOptions } from './schema/scaffold.ts';
export type { MigrationStatus } from './schema/status.ts';
export type { ApplicationTables, SystemDatabase, TenantDatabase } from './schema/types.ts';
