import { chmodSync, closeSync, openSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import type { EngineContext } from '@keelson/db-core/testing';

const PAGE_BYTES = 4096;

/** A database that has something, and what the doctor is to call it. */
export interface Sickness {
  readonly code: string;
  /** What its finding must name. */
  readonly names?: RegExp;
  /** What else comes of it. */
  readonly also?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly prepare: (url: string, context: EngineContext) => Promise<void> | void;
}

function sql(...statements: readonly string[]): Sickness['prepare'] {
  return async (url, context) => {
    const raw = context.raw(url);
    for (const statement of statements) await raw.query(statement);
  };
}

export function pathOf(url: string): string {
  return url.replace('sqlite:///', '');
}

const IN_AN_HOUR = {
  sqlite: Date.now() + 3_600_000,
  postgres: `now() + interval '1 hour'`,
};

/** What both engines can have. */
export function common({ engine }: EngineContext): Sickness[] {
  const time = IN_AN_HOUR[engine];
  return [
    {
      code: 'MIGRATION_DRIFT',
      names: /0001_kernel has changed/,
      prepare: sql(
        `UPDATE schema_migrations SET checksum = replace(checksum, substr(checksum, 1, 8), '00000000') WHERE name LIKE '0001%'`,
      ),
    },
    {
      code: 'MIGRATIONS_PENDING',
      names: /0007_accounts/,
      prepare: sql(`DELETE FROM schema_migrations WHERE name >= '0007'`),
    },
    {
      code: 'MIGRATIONS_NEWER',
      names: /9000_later/,
      prepare: sql(
        `INSERT INTO schema_migrations SELECT '9000_later', position + 1000, checksum, engine, state, applied_at, duration_ms, app_version FROM schema_migrations WHERE name LIKE '0001%'`,
      ),
    },
    {
      code: 'MIGRATION_UNFINISHED',
      names: /0005_records was interrupted/,
      prepare: sql(`UPDATE schema_migrations SET state = 'running' WHERE name = '0005_records'`),
    },
    {
      code: 'SCHEMA_DIFFERS',
      names: /full_name/,
      prepare: sql('ALTER TABLE users DROP COLUMN full_name'),
    },
    {
      code: 'SECRETS_UNREADABLE',
      names: /1 secret settings were sealed with another key/,
      env: { KEELSON_SECRET_KEY: 'a'.repeat(64) },
      prepare: sql(
        `INSERT INTO settings (user_id, id, key, value, data_type, is_required, is_secret, secret_key_id, created_at, updated_at, version)
         VALUES ('ada', '01890000-0000-7000-8000-000000000001', 'mail.password', 'v1.0000000000000000.AAAA', 'string', ${engine === 'sqlite' ? '0, 1' : 'false, true'}, '0000000000000000', ${time}, ${time}, 1)`,
      ),
    },
    {
      code: 'CLOCK_SKEW',
      names: /elsewhere \(api, process 7\) is 3\d\d\d\.\d s ahead/,
      prepare: sql(
        `INSERT INTO app_instances (id, kind, host, pid, app_version, schema_version, started_at, last_seen_at)
         VALUES ('01890000-0000-7000-8000-000000000001', 'api', 'elsewhere', 7, '1.0.0', '0007_accounts', ${time}, ${time})`,
      ),
    },
  ];
}

/** What a file can have. */
export const ofFiles: readonly Sickness[] = [
  { code: 'FILE_PERMISSIONS', names: /0644/, prepare: (url) => chmodSync(pathOf(url), 0o644) },
  { code: 'FILE_LOCKED', names: new RegExp(`process ${process.pid}`), prepare: sql('BEGIN IMMEDIATE') },
  {
    code: 'LOCK_STALE',
    names: /which is no more/,
    prepare: (url) => {
      const holder = { pid: 2 ** 30, host: hostname(), since: new Date() };
      writeFileSync(`${pathOf(url)}-lock-migrations-holder`, JSON.stringify(holder), { mode: 0o600 });
    },
  },
  {
    code: 'WAL_LARGE',
    names: new RegExp(`300 MiB, while process ${process.pid}`),
    prepare: async (url, context) => {
      const raw = context.raw(url);
      await raw.query('BEGIN');
      await raw.query('SELECT count(*) FROM users');
      const writer = context.raw(url);
      await writer.query(`INSERT INTO schedules SELECT * FROM schedules LIMIT 0`);
      await writer.query('CREATE TABLE another (id integer)');
      // What follows the last whole entry is passed over, but it takes its room.
      truncateSync(`${pathOf(url)}-wal`, 300 * 1024 ** 2);
    },
  },
  {
    code: 'FOREIGN_KEY_BROKEN',
    names: /1 rows of job_logs refer to rows of jobs/,
    prepare: sql(
      'PRAGMA foreign_keys = OFF',
      `INSERT INTO job_logs (user_id, id, job_id, attempt, level, message, created_at)
       VALUES ('ada', '01890000-0000-7000-8000-000000000001', '01890000-0000-7000-8000-000000000002', 1, 'info', 'lost', 0)`,
    ),
  },
  {
    code: 'DATABASE_CORRUPT',
    names: /damaged/,
    prepare: async (url, context) => {
      const raw = context.raw(url);
      const [index] = await raw.query(`SELECT rootpage FROM sqlite_schema WHERE name = 'system_logs_by_level'`);
      await raw.close();
      const file = openSync(pathOf(url), 'r+');
      writeSync(file, Buffer.alloc(PAGE_BYTES, 0xff), 0, PAGE_BYTES, (Number(index?.['rootpage']) - 1) * PAGE_BYTES);
      closeSync(file);
    },
  },
  {
    code: 'DATABASE_CORRUPT',
    prepare: (url) =>
      writeFileSync(pathOf(url), 'Dear diary, this is no database at all, but text that goes on for a while.'),
  },
];

/** What only a server can have. */
export const ofServers: readonly Sickness[] = [
  {
    code: 'INDEX_INVALID',
    names: /settings_key_key/,
    prepare: sql(`UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'settings_key_key'::regclass`),
  },
  {
    code: 'CONSTRAINT_UNCHECKED',
    names: /never checked/,
    prepare: sql('ALTER TABLE users ADD CONSTRAINT users_unchecked CHECK (email <> full_name) NOT VALID'),
  },
  {
    code: 'ROW_SECURITY_INCOMPLETE',
    also: ['SCHEMA_DIFFERS'],
    env: { DATABASE_ROW_SECURITY: 'true' },
    names: /jobs/,
    prepare: async (url, context) => {
      const raw = context.raw(url);
      await raw.query('DROP POLICY keelson_owner ON jobs');
    },
  },
  // The server of the tests is made for speed.
  { code: 'FSYNC_OFF', prepare: () => undefined },
  { code: 'AUTOVACUUM_OFF', prepare: () => undefined },
  { code: 'SETTING_LOW', names: /shared_buffers is 64MB/, prepare: () => undefined },
  { code: 'POINT_IN_TIME_RECOVERY_OFF', names: /wal_level is minimal/, prepare: () => undefined },
];
