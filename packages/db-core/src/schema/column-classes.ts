import { CONVERSATIONS_CARE } from './conversations-care.ts';
import { SEARCH_CARE } from './search-care.ts';
import type { ColumnClass, TableCare } from './table-care.ts';

/**
 * The class of every column, and how its table is erased. It drives erasure, scrubbing and what is kept out of logs; a test
 * fails while a column has no class.
 */
export const TABLE_CARE: Readonly<Record<string, TableCare>> = {
  schema_migrations: {
    columns: {
      name: 'none',
      position: 'none',
      checksum: 'none',
      engine: 'none',
      state: 'none',
      applied_at: 'none',
      duration_ms: 'none',
      app_version: 'none',
    },
  },
  database_identity: {
    columns: { singleton: 'none', id: 'internal', environment: 'none', created_at: 'none' },
  },
  users: {
    columns: {
      id: 'internal',
      email: 'personal',
      password_hash: 'secret',
      full_name: 'personal',
      is_active: 'none',
      is_admin: 'none',
      last_login_at: 'none',
      created_at: 'none',
      updated_at: 'none',
      version: 'none',
    },
    owners: ['id'],
  },
  api_tokens: {
    columns: {
      id: 'internal',
      user_id: 'personal',
      account_id: 'internal',
      name: 'personal',
      prefix: 'internal',
      hash: 'secret',
      scopes: 'none',
      last_used_at: 'none',
      expires_at: 'none',
      revoked_at: 'none',
      created_at: 'none',
    },
    owners: ['user_id', 'account_id'],
  },
  user_sessions: {
    columns: {
      id: 'internal',
      account_id: 'internal',
      hash: 'secret',
      ip: 'personal',
      user_agent: 'personal',
      is_active: 'none',
      expires_at: 'none',
      last_activity_at: 'none',
      created_at: 'none',
    },
    owners: ['account_id'],
  },
  sign_in_failures: {
    // The key is a digest of an email and an address, which can be guessed.
    columns: { key: 'personal', failures: 'none', blocked_until: 'none', last_failed_at: 'none' },
  },
  organisations: {
    columns: { id: 'internal', name: 'personal', created_at: 'none', updated_at: 'none', version: 'none' },
    owners: ['id'],
  },
  memberships: {
    columns: {
      organisation_id: 'internal',
      member_id: 'personal',
      role: 'none',
      created_at: 'none',
      updated_at: 'none',
    },
    owners: ['member_id', 'organisation_id'],
  },
  audit_events: {
    columns: {
      user_id: 'personal',
      id: 'internal',
      actor_id: 'personal',
      action: 'none',
      entity: 'none',
      // Applications name their things as they like, and a short text can be guessed from its digest.
      entity_id: 'personal',
      request_id: 'personal',
      before_digest: 'personal',
      after_digest: 'personal',
      times: 'none',
      created_at: 'none',
    },
    owners: ['user_id', 'actor_id', 'entity_id'],
    ownedRows: 'pseudonymise',
    isImmutable: true,
  },
  ...CONVERSATIONS_CARE,
  change_tables: { columns: { number: 'none', name: 'none' } },
  change_log: {
    columns: {
      seq: 'none',
      table_number: 'none',
      operation: 'none',
      key: 'internal',
      user_id: 'personal',
      at: 'none',
      transaction_id: 'none',
    },
    // Whoever has come less far in the feed still has to learn that rows are gone.
    ownedRows: 'pseudonymise',
  },
  change_epoch: { columns: { singleton: 'none', id: 'internal', pruned_seq: 'none', started_at: 'none' } },
  change_consumers: {
    columns: {
      name: 'internal',
      position: 'internal',
      lease_id: 'internal',
      lease_expires_at: 'none',
      created_at: 'none',
      updated_at: 'none',
    },
  },
  jobs: {
    columns: {
      user_id: 'personal',
      id: 'internal',
      kind: 'none',
      display_name: 'personal',
      status: 'none',
      progress: 'none',
      stage: 'personal',
      parameters: 'personal',
      result: 'personal',
      error: 'personal',
      priority: 'none',
      attempts: 'none',
      max_attempts: 'none',
      worker: 'internal',
      token: 'none',
      lease_until: 'none',
      ready_at: 'none',
      waits_until: 'none',
      dedup_key: 'personal',
      scheduled_at: 'none',
      started_at: 'none',
      cancel_requested_at: 'none',
      completed_at: 'none',
      estimated_duration_ms: 'none',
      duration_ms: 'none',
      created_at: 'none',
      updated_at: 'none',
    },
  },
  job_logs: {
    columns: {
      user_id: 'personal',
      id: 'internal',
      job_id: 'internal',
      attempt: 'none',
      level: 'none',
      message: 'personal',
      details: 'personal',
      created_at: 'none',
    },
  },
  schedules: {
    columns: {
      id: 'internal',
      user_id: 'personal',
      name: 'personal',
      kind: 'none',
      parameters: 'personal',
      expression: 'none',
      time_zone: 'none',
      is_enabled: 'none',
      next_run_at: 'none',
      last_run_at: 'none',
      last_job_id: 'internal',
      created_at: 'none',
      updated_at: 'none',
      version: 'none',
    },
  },
  settings: {
    columns: {
      user_id: 'personal',
      id: 'internal',
      key: 'internal',
      value: 'secret',
      data_type: 'none',
      description: 'personal',
      category: 'internal',
      is_required: 'none',
      is_secret: 'none',
      pattern: 'internal',
      secret_key_id: 'internal',
      created_at: 'none',
      updated_at: 'none',
      version: 'none',
    },
  },
  idempotency_keys: {
    columns: {
      user_id: 'personal',
      id: 'internal',
      key: 'personal',
      request_hash: 'personal',
      response_status: 'none',
      response_headers: 'personal',
      response_body: 'personal',
      expires_at: 'none',
      created_at: 'none',
    },
  },
  system_logs: {
    columns: {
      id: 'internal',
      level: 'none',
      logger: 'internal',
      message: 'personal',
      request_id: 'personal',
      job_id: 'internal',
      session_id: 'internal',
      details: 'personal',
      stack: 'personal',
      created_at: 'none',
    },
  },
  readiness_samples: {
    columns: {
      id: 'internal',
      taken_at: 'none',
      size_bytes: 'none',
      active_users: 'none',
      lock_tries: 'none',
      lock_failures: 'none',
      writes_per_second: 'none',
    },
  },
  backups: {
    columns: {
      id: 'internal',
      kind: 'none',
      file: 'internal',
      base_file: 'internal',
      result: 'none',
      error: 'internal',
      bytes: 'none',
      content_bytes: 'none',
      row_count: 'none',
      is_encrypted: 'none',
      started_at: 'none',
      duration_ms: 'none',
      verified_at: 'none',
    },
  },
  alerts: {
    columns: {
      id: 'internal',
      rule: 'none',
      subject: 'internal',
      severity: 'none',
      message: 'internal',
      fired_at: 'none',
      seen_at: 'none',
      resolved_at: 'none',
      firing_told_at: 'none',
      resolved_told_at: 'none',
    },
  },
  alert_watch: { columns: { singleton: 'none', evaluated_at: 'none' } },
  app_instances: {
    columns: {
      id: 'internal',
      kind: 'none',
      host: 'internal',
      pid: 'internal',
      app_version: 'none',
      schema_version: 'none',
      started_at: 'none',
      last_seen_at: 'none',
    },
  },
  erasures: {
    columns: {
      id: 'internal',
      kind: 'none',
      salt: 'internal',
      owner_hash: 'personal',
      table_name: 'none',
      row_id: 'internal',
      counts: 'none',
      started_at: 'none',
      completed_at: 'none',
      applied_at: 'none',
    },
  },
  erasure_permits: {
    columns: { table_name: 'none', user_id: 'personal', row_id: 'internal', unkept: 'none' },
    owners: [],
  },
  ...SEARCH_CARE,
};

/** A column's class; an application's own column, of which nothing is known, is taken for personal. */
export function classOf(table: string, column: string): ColumnClass {
  return TABLE_CARE[table]?.columns[column] ?? 'personal';
}

/** The names of columns that hold secrets, as in the database and as in the program: logs leave their values out. */
export const SECRET_COLUMNS: readonly string[] = [
  ...new Set(
    Object.values(TABLE_CARE)
      .flatMap(({ columns }) => Object.entries(columns))
      // A setting's value goes through no log by itself, and `value` is what half of all details are called.
      .flatMap(([name, kind]) => (kind === 'secret' && name !== 'value' ? [name, camelCase(name)] : [])),
  ),
];

function camelCase(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
