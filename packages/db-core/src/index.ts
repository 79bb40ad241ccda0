export { defineCached } from './cache/cached.ts';
export type {
  CacheDependency,
  CachedQuery,
  CachedQueryOptions,
  CachedTable,
  CacheFigures,
  CacheGetOptions,
  QueryCache,
} from './cache/contract.ts';
export type {
  Change,
  ChangeBatch,
  ChangeConsumer,
  ChangeFeed,
  ChangeHandler,
  ChangeSubscription,
  ConsumeChanges,
  FollowBatches,
  FollowChanges,
  PruneChanges,
  ReadChanges,
  ReportedConsumer,
  ResyncReason,
  SubscribeChanges,
} from './changes/contract.ts';
export type { Database, OpenOptions } from './database/database.ts';
export { asBoolean, asJson, asTimestamp, literal } from './database/guard/fragments.ts';
export type { StreamOptions, SystemHandle, UserHandle, WriteResult } from './database/handle.ts';
export { newId } from './database/ids.ts';
export type { ChangeOptions, DatabaseMigrations, MigrateOptions } from './database/migrations.ts';
export { type Buildable, defineQuery, defineSystemQuery, type Query, type QueryBuilder } from './database/query.ts';
export type { TransactionOptions } from './database/transaction.ts';
export { parseUserId, SYSTEM_OWNER, type UserId, userIdSchema } from './database/user-id.ts';
export type { EngineInfo, EngineKind, PoolFigures } from './engine/contract.ts';
export type { DatabaseEvent, EventListener, ReplicaState } from './events/events.ts';
export * from './errors/index.ts';
export {
  type DatabaseConfig,
  type DatabaseTarget,
  type EmbedderConfig,
  type EmbedderServiceConfig,
  type Environment,
  type HttpConfig,
  type KeelsonConfig,
  loadConfig,
  loadDatabaseConfig,
  readEnvironment,
  redactUrl,
} from './config/index.ts';
export {
  adopt,
  type AdoptedFile,
  type AdoptOptions,
  type AdoptProgress,
  type AdoptReport,
} from './operations/adopt/adopt.ts';
export type {
  Adopter,
  Adoption,
  ColumnFate,
  LegacyRow,
  LegacySource,
  LegacyTable,
} from './operations/adopt/adopter.ts';
export type { AdoptedTable, AdoptionReason, TableTally } from './operations/adopt/tally.ts';
export type { Alert } from './operations/alerts/alert.ts';
export { Alerts, type ListAlerts } from './operations/alerts/alerts.ts';
export { AlertUndeliveredError } from './operations/alerts/errors.ts';
export { defineAlertJob } from './operations/alerts/job.ts';
export { ALERT_RULES, type AlertRule, type AlertRuleName } from './operations/alerts/rules.ts';
export { sendTestAlert } from './operations/alerts/test-alert.ts';
export { type AlertWatch, type WatchAlerts, watchAlerts } from './operations/alerts/watch.ts';
export {
  type DatabaseHealth,
  databaseHealth,
  type HealthCheck,
  type HealthOptions,
  type HealthStatus,
} from './operations/health.ts';
export { type Backup, backupDatabase, type BackupOptions, type BackupProgress } from './operations/backup/backup.ts';
export { type Chain, type FindChain, findChain, type FoundChain } from './operations/backup/chain.ts';
export {
  BackupDamagedError,
  BackupFailedError,
  BackupKeyError,
  BackupUnknownError,
  RestoreRefusedError,
} from './operations/backup/errors.ts';
export { type BackupFile, listBackups, type PruneBackups, pruneBackups } from './operations/backup/list.ts';
export { type KeptDatabase, listKept, removeKept } from './operations/backup/kept.ts';
export { BackupHistory, type BackupRun, type BackupStanding } from './operations/backup/history.ts';
export { defineBackupJobs, ensureBackupSchedules } from './operations/backup/jobs.ts';
export { backupIncrement, type IncrementOptions, NoIncrement } from './operations/backup/increment.ts';
export { takeBackup, type TakenIncrement, takeIncrement } from './operations/backup/take.ts';
export { drillBackup, restoreBackup } from './operations/backup/restore.ts';
export { type SettledDatabase, type SettleForeign, settleForeignRestore } from './operations/backup/foreign-restore.ts';
export type { Restored, RestoreOptions } from './operations/backup/restored.ts';
export { type VerifiedBackup, verifyBackup, type VerifyOptions } from './operations/backup/verify.ts';
export type { DoctorLimits, Finding, Severity } from './operations/doctor/contract.ts';
export {
  type Scrubbed,
  scrubDatabase,
  type ScrubbedTableReport,
  type ScrubOptions,
  type ScrubProgress,
} from './operations/scrub/scrub.ts';
export { type Diagnosis, examine, type ExamineOptions } from './operations/doctor/doctor.ts';
export { type DatabaseInfo, databaseInfo, type TableSize } from './operations/info.ts';
export { type Indexes, inspectIndexes, type InspectedIndex, type MissingIndex } from './operations/inspect/indexes.ts';
export { type InspectedLock, inspectLocks } from './operations/inspect/locks.ts';
export type { StatementPlan } from './operations/inspect/plan.ts';
export { inspectPlan, inspectPlans, type NamedPlan } from './operations/inspect/plans.ts';
export {
  type CountedStatement,
  type InspectSlow,
  inspectSlow,
  type SlowStatement,
  type SlowStatements,
} from './operations/inspect/slow.ts';
export { type InspectedTable, inspectTables } from './operations/inspect/tables.ts';
export {
  type CheckPolicy,
  checkPolicy,
  POLICY_ALTERNATIVES,
  POLICY_REASONS,
  type PolicyReport,
  type PolicyViolation,
} from './operations/policy/check.ts';
export type { ErasureCertificate } from './care/certificate.ts';
export type { ErasableRow } from './care/erased-before.ts';
export type { BroughtRow, ErasedOfOwner } from './care/erased-of-owner.ts';
export { removeMovedRows } from './care/moved-rows.ts';
export type { OlderBackup } from './care/older-backups.ts';
export type { ToldConsumer } from './care/told-consumers.ts';
export { Retention, type RetentionOptions, type RetentionProgress } from './care/retention/retention.ts';
export type { DueRow, RetentionOutcome, RetentionRule } from './care/retention/rule.ts';
export {
  type AppliedErasures,
  type ApplyErasures,
  type EraseOwner,
  type EraseRows,
  Erasures,
  type FinishErasures,
} from './care/erasures.ts';
export { ErasureOutrunError } from './care/errors.ts';
export type { ErasedRows, Erasure, ErasureCounts } from './care/ledger.ts';
export type { ErasureProgress, OwnerErasureOptions } from './care/owner-erasure.ts';
export type { ActingOptions } from './database/acting.ts';
export type { Account } from './platform/account.ts';
export type { AccountToAdopt, AdoptedAccount } from './platform/adopted-account.ts';
export { Accounts, type ChangePassword, type CreateAccount, type ListAccounts } from './platform/accounts.ts';
export { type ActFor, acting } from './platform/acting.ts';
export { Audit, type ListAuditEvents } from './platform/audit.ts';
export type { AuditEntry, AuditEvent } from './platform/audit-event.ts';
export { type By, type Maker, OPERATOR } from './platform/by.ts';
export { assertCsrfToken, csrfTokenOf } from './platform/csrf.ts';
export {
  AccountExistsError,
  AccountNotFoundError,
  CsrfError,
  IdempotencyKeyBusyError,
  IdempotencyKeyReusedError,
  LastOwnerError,
  MemberExistsError,
  MemberNotFoundError,
  NotAMemberError,
  OrganisationNotFoundError,
  SecretKeyMissingError,
  SecretUnreadableError,
  SessionNotFoundError,
  SettingChangedError,
  SettingNotFoundError,
  SettingRequiredError,
  SignInBlockedError,
  TokenNotFoundError,
} from './platform/errors.ts';
export { ensureIdentity, type Identity, readIdentity } from './platform/identity.ts';
export { optimizeDatabase, type Optimized, type OptimizeOptions, type Upkeep } from './platform/optimize.ts';
export type { Page } from './platform/input.ts';
export type { Member, Organisation } from './platform/organisation.ts';
export { type CreateOrganisation, type MemberInput, Organisations } from './platform/organisations.ts';
export { grants, type Scope, SCOPE_AREAS, SCOPES } from './platform/scopes.ts';
export {
  type Session,
  type SessionOptions,
  type SessionPrincipal,
  Sessions,
  type SignedIn,
  type SignIn,
} from './platform/sessions.ts';
export { SystemAccessRecorder, type SystemAccessOptions } from './platform/system-access.ts';
export {
  ApiTokens,
  type Authenticated,
  type CreatedToken,
  type CreateToken,
  type ListTokens,
  type TokenRecord,
} from './platform/tokens.ts';
export {
  type IdempotencyOptions,
  IdempotencyKeys,
  type IdempotentOutcome,
  type IdempotentRequest,
  type StoredResponse,
} from './platform/idempotency-keys.ts';
export {
  type Instance,
  Instances,
  type InstancesOptions,
  type LiveInstances,
  type RegisterInstance,
  type Registration,
} from './platform/instances.ts';
export type { LogEntry, LogLine } from './platform/log-entry.ts';
export { LogStream, type LogStreamOptions } from './platform/log-stream.ts';
export { HIDDEN_VALUE, SECRET_NAMES } from './platform/redact.ts';
export { type FilterLogs, type FollowLogs, type ListLogs, SystemLogs } from './platform/system-logs.ts';
export {
  keepSample,
  type Readiness,
  readiness,
  type ReadinessFigure,
  type ReadinessFigureName,
  type ReadinessSample,
  type ReadinessTrend,
  takeSample,
  type TakeSample,
} from './platform/readiness.ts';
export { rotateSecrets, type RotatedSecrets } from './platform/rotate-secrets.ts';
export {
  type ChangeSetting,
  type DefineSetting,
  type ListSettings,
  type Setting,
  Settings,
} from './platform/settings.ts';
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
export { type EntityTexts, reembedJob } from './jobs/reembed.ts';
export { Jobs, type ListJobs } from './jobs/jobs.ts';
export { ensureKernelSchedules } from './jobs/kernel-schedules.ts';
export { searchReindex } from './jobs/reindex.ts';
export { retentionJob } from './jobs/retention.ts';
export type { Ending } from './jobs/run.ts';
export { type ListSchedules, type Schedule, Schedules, type SetSchedule } from './jobs/schedules.ts';
export { Worker, type WorkedJob, type WorkerEvent, type WorkerOptions } from './jobs/worker.ts';
export type { ReplicaFigures } from './replicas/replica.ts';
export { MATCH_MODES, SEARCH_MODES } from './search/contract.ts';
export type {
  KeepIndexed,
  RefreshOptions,
  MatchMode,
  SearchHit,
  SearchInput,
  SearchMode,
  SearchPage,
  SearchStatus,
} from './search/contract.ts';
export type { FieldHighlights, TextRange } from './search/query/highlight.ts';
export {
  type EmbeddingStatus,
  type EmbedOptions as EmbedTextsOptions,
  TextEmbeddings,
} from './search/embedding/text-embeddings.ts';
export type { FacetFilters, FacetValue } from './search/facets.ts';
export { Search, type SearchOptions } from './search/search.ts';
export {
  defineSearchSource,
  type FacetForm,
  type SearchableRow,
  type SearchSource,
  type SearchSourceDefinition,
} from './search/source.ts';
export * from './schema/enumerations.ts';
export type {
  Embedder,
  EmbeddingSource,
  EmbedOptions,
  Neighbour,
  TextPart,
  VectorCapabilities,
} from './vectors/contract.ts';
export { createEmbedder } from './vectors/create-embedder.ts';
export type { EmbedPendingOptions, EmbedReport } from './vectors/embedding.ts';
export {
  EmbedderAccessError,
  EmbedderAnswerError,
  EmbedderError,
  EmbedderTimeoutError,
  EmbedderUnavailableError,
  NoEmbedderError,
  VectorIndexUnavailableError,
} from './vectors/errors.ts';
export { type FusedRank, type FuseOptions, fuseRanks, type RankedList } from './vectors/fuse-ranks.ts';
export { hashedEmbedder } from './vectors/hashed-embedder.ts';
export { httpEmbedder, type HttpEmbedderOptions } from './vectors/http-embedder.ts';
export {
  type BuildVectorIndex,
  buildVectorIndex,
  dropVectorIndex,
  vectorCapabilities,
} from './vectors/index-building.ts';
export {
  type EmbeddedEntity,
  type NearestAmongOptions,
  type NearestOptions,
  Vectors,
  type VectorStatus,
} from './vectors/vectors.ts';
export { openDatabase } from './open-database.ts';
export type { JsonValue } from './schema/json.ts';
export type { Migration, MigrationContext, ValidationContext } from './schema/migration.ts';
export type { PlannedMigration } from './schema/plan.ts';
export type { MigrationRun } from './schema/runner.ts';
export { type Scaffold, scaffoldMigration, type ScaffoldOptions } from './schema/scaffold.ts';
export type { MigrationStatus } from './schema/status.ts';
export type { ApplicationTables, SystemDatabase, TenantDatabase } from './schema/types.ts';
