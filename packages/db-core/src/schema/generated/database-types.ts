// Made by `pnpm generate` from a migrated PostgreSQL; change a migration instead.

import type { EngineKind } from '../../engine/contract.ts';
import type { AlertSeverity, BackupKind, BackupResult, ConversationStatus, ErasureKind, InstanceKind, JobLogLevel, JobStatus, LogLevel, MemberRole, MessageRole, MessageStatus, MigrationState, SettingType } from '../enumerations.ts';
import type { JsonValue } from '../json.ts';
import type { ColumnType } from 'kysely';

export type Generated<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>;

export interface Alerts {
  fired_at: Date;
  firing_told_at: Date | null;
  id: string;
  message: string;
  resolved_at: Date | null;
  resolved_told_at: Date | null;
  rule: string;
  seen_at: Date;
  severity: AlertSeverity;
  subject: string;
}

export interface AlertWatch {
  evaluated_at: Date;
  singleton: Generated<number>;
}

export interface ApiTokens {
  account_id: string | null;
  created_at: Date;
  expires_at: Date | null;
  hash: string;
  id: string;
  last_used_at: Date | null;
  name: string;
  prefix: string;
  revoked_at: Date | null;
  scopes: JsonValue;
  user_id: string;
}

export interface AppInstances {
  app_version: string;
  host: string;
  id: string;
  kind: InstanceKind;
  last_seen_at: Date;
  pid: number;
  schema_version: string;
  started_at: Date;
}

export interface AuditEvents {
  action: string;
  actor_id: string;
  after_digest: string | null;
  before_digest: string | null;
  created_at: Date;
  entity: string;
  entity_id: string | null;
  id: string;
  request_id: string | null;
  times: Generated<number>;
  user_id: string;
}

export interface Backups {
  base_file: string | null;
  bytes: number | null;
  content_bytes: number | null;
  duration_ms: number;
  error: string | null;
  file: string | null;
  id: string;
  is_encrypted: boolean | null;
  kind: BackupKind;
  result: BackupResult;
  row_count: number | null;
  started_at: Date;
  verified_at: Date | null;
}

export interface ChangeConsumers {
  created_at: Date;
  lease_expires_at: Date | null;
  lease_id: string | null;
  name: string;
  position: string | null;
  updated_at: Date;
}

export interface ChangeEpoch {
  id: string;
  pruned_seq: Generated<number>;
  singleton: Generated<number>;
  started_at: Date;
}

export interface ChangeLog {
  at: Date;
  key: string;
  operation: number;
  seq: Generated<number>;
  table_number: number;
  transaction_id: number;
  user_id: string;
}

export interface ChangeTables {
  name: string;
  number: number;
}

export interface ConversationBranches {
  conversation_id: string;
  id: string;
  parent_seq: number;
  seq: number;
  user_id: string;
}

export interface ConversationCheckpoints {
  channel_values: string | null;
  channel_values_bytes: Uint8Array | null;
  checkpoint_id: string;
  checkpoint_ns: string;
  created_at: Date;
  id: string;
  parent_checkpoint_id: string | null;
  state: string | null;
  state_bytes: Uint8Array | null;
  thread_id: string;
  type: string;
  user_id: string;
}

export interface ConversationCheckpointWrites {
  channel: string;
  created_at: Date;
  data: string | null;
  data_bytes: Uint8Array | null;
  id: string;
  idx: number;
  task_id: string;
  task_path: string;
  type: string;
  user_id: string;
}

export interface ConversationColdParts {
  active_leaf_id: string | null;
  conversation_id: string;
  created_at: Date;
  data: Uint8Array;
  data_bytes: number;
  digest: string;
  first_at: Date | null;
  id: string;
  is_last: boolean;
  last_at: Date | null;
  messages: number;
  part: number;
  text_bytes: number;
  user_id: string;
}

export interface ConversationMessages {
  content: string;
  conversation_id: string;
  created_at: Date;
  external_id: string | null;
  id: string;
  latency_ms: number | null;
  metadata: Generated<JsonValue>;
  model_name: string | null;
  parent_id: string | null;
  parts: JsonValue | null;
  request_id: string | null;
  request_part: Generated<number>;
  role: MessageRole;
  seq: number;
  source: string | null;
  status: Generated<MessageStatus>;
  token_count: number | null;
  tokens: number | null;
  user_id: string;
}

export interface Conversations {
  active_leaf_id: string | null;
  archived_at: Date | null;
  closed_at: Date | null;
  created_at: Date;
  deleted_at: Date | null;
  expires_at: Date | null;
  external_id: string | null;
  id: string;
  is_cold: Generated<boolean>;
  is_hidden: Generated<boolean>;
  last_message_at: Date | null;
  last_opened_at: Date | null;
  message_count: Generated<number>;
  metadata: Generated<JsonValue>;
  next_seq: Generated<number>;
  source: string | null;
  status: Generated<ConversationStatus>;
  title: string | null;
  updated_at: Date;
  user_id: string;
  version: Generated<number>;
}

export interface DatabaseIdentity {
  created_at: Date;
  environment: string;
  id: string;
  singleton: Generated<number>;
}

export interface ErasurePermits {
  row_id: string;
  table_name: string;
  unkept: Generated<number>;
  user_id: string;
}

export interface Erasures {
  applied_at: Date | null;
  completed_at: Date | null;
  counts: JsonValue;
  id: string;
  kind: ErasureKind;
  owner_hash: string;
  row_id: string | null;
  salt: string;
  started_at: Date;
  table_name: string | null;
}

export interface IdempotencyKeys {
  created_at: Date;
  expires_at: Date;
  id: string;
  key: string;
  request_hash: string;
  response_body: string | null;
  response_headers: JsonValue | null;
  response_status: number | null;
  user_id: string;
}

export interface JobLogs {
  attempt: number;
  created_at: Date;
  details: JsonValue | null;
  id: string;
  job_id: string;
  level: JobLogLevel;
  message: string;
  user_id: string;
}

export interface Jobs {
  attempts: Generated<number>;
  cancel_requested_at: Date | null;
  completed_at: Date | null;
  created_at: Date;
  dedup_key: string | null;
  display_name: string | null;
  duration_ms: number | null;
  error: JsonValue | null;
  estimated_duration_ms: number | null;
  id: string;
  kind: string;
  lease_until: Date | null;
  max_attempts: number;
  parameters: JsonValue;
  priority: Generated<number>;
  progress: Generated<number>;
  ready_at: Date | null;
  result: JsonValue | null;
  scheduled_at: Date;
  stage: string | null;
  started_at: Date | null;
  status: Generated<JobStatus>;
  token: Generated<number>;
  updated_at: Date;
  user_id: string;
  waits_until: Date | null;
  worker: string | null;
}

export interface Memberships {
  created_at: Date;
  member_id: string;
  organisation_id: string;
  role: MemberRole;
  updated_at: Date;
}

export interface Organisations {
  created_at: Date;
  id: string;
  name: string;
  updated_at: Date;
  version: Generated<number>;
}

export interface ReadinessSamples {
  active_users: number;
  id: string;
  lock_failures: number;
  lock_tries: number;
  size_bytes: number;
  taken_at: Date;
  writes_per_second: number;
}

export interface Schedules {
  created_at: Date;
  expression: string;
  id: string;
  is_enabled: Generated<boolean>;
  kind: string;
  last_job_id: string | null;
  last_run_at: Date | null;
  name: string;
  next_run_at: Date | null;
  parameters: JsonValue;
  time_zone: string;
  updated_at: Date;
  user_id: string;
  version: Generated<number>;
}

export interface SchemaMigrations {
  app_version: string;
  applied_at: Date;
  checksum: string;
  duration_ms: number;
  engine: EngineKind;
  name: string;
  position: number;
  state: MigrationState;
}

export interface SearchEmbeddingMarks {
  created_at: Date;
  id: string;
  stamp: string;
  user_id: string;
}

export interface SearchEmbeddings {
  content_hash: string;
  created_at: Date;
  dimensions: number;
  entity_id: string;
  id: string;
  kind: string;
  model: string;
  part: number;
  user_id: string;
  vector: Uint8Array;
}

export interface SearchEntries {
  block: number;
  content_hash: string;
  id: string;
  length: number;
  number: number;
  occurred_at: Date;
  terms: string;
  tokenizer: string;
  updated_at: Date;
  user_id: string;
}

export interface SearchIndexes {
  block: Generated<number>;
  block_entries: Generated<number>;
  block_tokens: Generated<number>;
  created_at: Date;
  id: string;
  kinds: JsonValue;
  next_number: Generated<number>;
  updated_at: Date;
  user_id: string;
  version: Generated<number>;
}

export interface SearchMarks {
  created_at: Date;
  entity_id: string;
  id: string;
  kind: string;
  size: number;
  user_id: string;
}

export interface SearchPostings {
  id: string;
  positions: Uint8Array;
  postings: Uint8Array;
  user_id: string;
}

export interface Settings {
  category: string | null;
  created_at: Date;
  data_type: SettingType;
  description: string | null;
  id: string;
  is_required: Generated<boolean>;
  is_secret: Generated<boolean>;
  key: string;
  pattern: string | null;
  secret_key_id: string | null;
  updated_at: Date;
  user_id: string;
  value: string | null;
  version: Generated<number>;
}

export interface SignInFailures {
  blocked_until: Date | null;
  failures: number;
  key: string;
  last_failed_at: Date;
}

export interface SystemLogs {
  created_at: Date;
  details: JsonValue | null;
  id: string;
  job_id: string | null;
  level: LogLevel;
  logger: string;
  message: string;
  request_id: string | null;
  session_id: string | null;
  stack: string | null;
}

export interface Users {
  created_at: Date;
  email: string;
  full_name: string | null;
  id: string;
  is_active: Generated<boolean>;
  is_admin: Generated<boolean>;
  last_login_at: Date | null;
  password_hash: string | null;
  updated_at: Date;
  version: Generated<number>;
}

export interface UserSessions {
  account_id: string;
  created_at: Date;
  expires_at: Date;
  hash: string;
  id: string;
  ip: string | null;
  is_active: Generated<boolean>;
  last_activity_at: Date;
  user_agent: string | null;
}

export interface DB {
  alert_watch: AlertWatch;
  alerts: Alerts;
  api_tokens: ApiTokens;
  app_instances: AppInstances;
  audit_events: AuditEvents;
  backups: Backups;
  change_consumers: ChangeConsumers;
  change_epoch: ChangeEpoch;
  change_log: ChangeLog;
  change_tables: ChangeTables;
  conversation_branches: ConversationBranches;
  conversation_checkpoint_writes: ConversationCheckpointWrites;
  conversation_checkpoints: ConversationCheckpoints;
  conversation_cold_parts: ConversationColdParts;
  conversation_messages: ConversationMessages;
  conversations: Conversations;
  database_identity: DatabaseIdentity;
  erasure_permits: ErasurePermits;
  erasures: Erasures;
  idempotency_keys: IdempotencyKeys;
  job_logs: JobLogs;
  jobs: Jobs;
  memberships: Memberships;
  organisations: Organisations;
  readiness_samples: ReadinessSamples;
  schedules: Schedules;
  schema_migrations: SchemaMigrations;
  search_embedding_marks: SearchEmbeddingMarks;
  search_embeddings: SearchEmbeddings;
  search_entries: SearchEntries;
  search_indexes: SearchIndexes;
  search_marks: SearchMarks;
  search_postings: SearchPostings;
  settings: Settings;
  sign_in_failures: SignInFailures;
  system_logs: SystemLogs;
  user_sessions: UserSessions;
  users: Users;
}
