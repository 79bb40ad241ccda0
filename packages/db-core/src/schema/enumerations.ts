/**
 * The values that columns with a fixed set may have. Types, zod schemas and the API's documentation come from these; the
 * migrations write them out, because one that has run must not change, and a test holds the two together.
 */
export const CONVERSATION_STATUSES = ['ACTIVE', 'ARCHIVED', 'CLOSED', 'DELETED'] as const;
export type ConversationStatus = (typeof CONVERSATION_STATUSES)[number];

export const MESSAGE_ROLES = ['system', 'user', 'assistant', 'tool'] as const;
export type MessageRole = (typeof MESSAGE_ROLES)[number];

/** `partial` while an answer is still being written, `aborted` when it was cut off. */
export const MESSAGE_STATUSES = ['complete', 'partial', 'aborted'] as const;
export type MessageStatus = (typeof MESSAGE_STATUSES)[number];

export const JOB_STATUSES = ['pending', 'running', 'completed', 'failed', 'cancelled'] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

export const JOB_LOG_LEVELS = ['debug', 'info', 'warning', 'error'] as const;
export type JobLogLevel = (typeof JOB_LOG_LEVELS)[number];

export const SETTING_TYPES = ['string', 'integer', 'float', 'boolean', 'json'] as const;
export type SettingType = (typeof SETTING_TYPES)[number];

/** The least grave first. */
export const LOG_LEVELS = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const INSTANCE_KINDS = ['api', 'worker', 'cli'] as const;
export type InstanceKind = (typeof INSTANCE_KINDS)[number];

/** From all rights to reading alone. */
export const MEMBER_ROLES = ['owner', 'admin', 'member', 'viewer'] as const;
export type MemberRole = (typeof MEMBER_ROLES)[number];

export const BACKUP_KINDS = ['backup', 'drill'] as const;
export type BackupKind = (typeof BACKUP_KINDS)[number];

export const BACKUP_RESULTS = ['whole', 'failed'] as const;
export type BackupResult = (typeof BACKUP_RESULTS)[number];

/** The gravest first. */
export const ALERT_SEVERITIES = ['critical', 'warning', 'info'] as const;
export type AlertSeverity = (typeof ALERT_SEVERITIES)[number];

export const MIGRATION_STATES = ['running', 'applied', 'reverting'] as const;
export type MigrationState = (typeof MIGRATION_STATES)[number];

export const ERASURE_KINDS = ['owner', 'row'] as const;
export type ErasureKind = (typeof ERASURE_KINDS)[number];

export interface EnumeratedColumn {
  /** The name of the TypeScript type above. */
  readonly type: string;
  readonly values: readonly string[];
}

/** Which column has which of them. */
export const ENUMERATED_COLUMNS: Readonly<Record<string, EnumeratedColumn>> = {
  'conversations.status': { type: 'ConversationStatus', values: CONVERSATION_STATUSES },
  'conversation_messages.role': { type: 'MessageRole', values: MESSAGE_ROLES },
  'conversation_messages.status': { type: 'MessageStatus', values: MESSAGE_STATUSES },
  'jobs.status': { type: 'JobStatus', values: JOB_STATUSES },
  'job_logs.level': { type: 'JobLogLevel', values: JOB_LOG_LEVELS },
  'settings.data_type': { type: 'SettingType', values: SETTING_TYPES },
  'system_logs.level': { type: 'LogLevel', values: LOG_LEVELS },
  'app_instances.kind': { type: 'InstanceKind', values: INSTANCE_KINDS },
  'memberships.role': { type: 'MemberRole', values: MEMBER_ROLES },
  'erasures.kind': { type: 'ErasureKind', values: ERASURE_KINDS },
  'backups.kind': { type: 'BackupKind', values: BACKUP_KINDS },
  'backups.result': { type: 'BackupResult', values: BACKUP_RESULTS },
  'alerts.severity': { type: 'AlertSeverity', values: ALERT_SEVERITIES },
  'schema_migrations.state': { type: 'MigrationState', values: MIGRATION_STATES },
  'schema_migrations.engine': { type: 'EngineKind', values: ['sqlite', 'postgres'] },
};
