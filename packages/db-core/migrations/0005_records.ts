import type { Migration } from '../src/schema/migration.ts';

/** What the platform keeps records of: settings, requests that may be repeated, what the programs said, and which of them run. */
export const migration: Migration = {
  name: '0005_records',

  up(m) {
    m.createTable(
      'settings',
      (t) => ({
        user_id: t.userId(),
        id: t.uuid(),
        key: t.text({ min: 1, max: 200 }),
        // A secret is longer sealed than it was written.
        value: t.text({ max: 393_216 }).nullable(),
        data_type: t.oneOf(['string', 'integer', 'float', 'boolean', 'json']),
        description: t.text({ max: 2000 }).nullable(),
        category: t.text({ min: 1, max: 100 }).nullable(),
        is_required: t.boolean().default(false),
        is_secret: t.boolean().default(false),
        pattern: t.text({ min: 1, max: 500 }).nullable(),
        secret_key_id: t.text({ min: 1, max: 64 }).nullable(),
        created_at: t.timestamp(),
        updated_at: t.timestamp(),
        version: t.integer({ min: 1 }).default(1),
      }),
      {
        primaryKey: ['user_id', 'id'],
        indexes: {
          settings_key_key: { columns: ['user_id', 'key'], unique: true },
          // Whoever changes the key of the secrets does so for everybody.
          settings_by_secret_key: {
            columns: ['secret_key_id', 'user_id', 'id'],
            where: 'secret_key_id IS NOT NULL',
          },
        },
        checks: {
          settings_required: 'NOT is_required OR value IS NOT NULL',
          settings_sealed: '(secret_key_id IS NOT NULL) = (is_secret AND value IS NOT NULL)',
        },
      },
    );

    m.createTable(
      'idempotency_keys',
      (t) => ({
        user_id: t.userId(),
        id: t.uuid(),
        key: t.text({ min: 1, max: 255 }),
        request_hash: t.text({ min: 64, max: 64 }),
        response_status: t.integer({ min: 100, max: 599 }).nullable(),
        response_headers: t.json().nullable(),
        response_body: t.text().nullable(),
        expires_at: t.timestamp(),
        created_at: t.timestamp(),
      }),
      {
        primaryKey: ['user_id', 'id'],
        indexes: {
          idempotency_keys_key_key: { columns: ['user_id', 'key'], unique: true },
          // Whoever clears away what has expired does so for everybody.
          idempotency_keys_by_expiry: { columns: ['expires_at', 'user_id', 'id'] },
        },
      },
    );

    m.createTable(
      'system_logs',
      (t) => ({
        id: t.uuid(),
        level: t.oneOf(['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL']),
        logger: t.text({ min: 1, max: 200 }),
        message: t.text({ max: 8000 }),
        request_id: t.text({ min: 1, max: 200 }).nullable(),
        job_id: t.uuid().nullable(),
        session_id: t.uuid().nullable(),
        details: t.json().nullable(),
        stack: t.text({ max: 32_768 }).nullable(),
        created_at: t.timestamp(),
      }),
      {
        primaryKey: ['id'],
        indexes: {
          system_logs_by_level: { columns: ['level', 'id desc'] },
          system_logs_by_logger: { columns: ['logger', 'id desc'] },
          system_logs_by_request: { columns: ['request_id', 'id desc'], where: 'request_id IS NOT NULL' },
        },
      },
    );

    m.createTable(
      'app_instances',
      (t) => ({
        id: t.uuid(),
        kind: t.oneOf(['api', 'worker', 'cli']),
        host: t.text({ min: 1, max: 255 }),
        pid: t.bigint({ min: 0 }),
        app_version: t.text({ min: 1, max: 100 }),
        schema_version: t.text({ min: 1, max: 200 }),
        started_at: t.timestamp(),
        last_seen_at: t.timestamp(),
      }),
      {
        primaryKey: ['id'],
        indexes: { app_instances_by_last_seen: { columns: ['last_seen_at'] } },
      },
    );

    m.trackChanges('settings');
  },

  down(m) {
    m.untrackChanges('settings');
    m.dropTables('app_instances', 'system_logs', 'idempotency_keys', 'settings');
  },
};
