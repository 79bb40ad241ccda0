import type { EngineKind } from '@keelson/db-core';
import type { RawConnection } from '@keelson/db-core/testing';

const CONVERSATIONS = 2_000;
const MESSAGES_EACH = 50;
const USERS = 20;
const CHECKPOINTS = 20_000;
const JOBS = 50_000;
const SCHEDULES = 5_000;
const ACCOUNTS = 5_000;
const RECORDS = 20_000;
const SESSIONS = 20_000;
const EVENTS = 50_000;
const EMBEDDINGS = 20_000;
const ENTRIES = 100_000;
const STATUS = `CASE c % 10 WHEN 0 THEN 'DELETED' WHEN 1 THEN 'CLOSED' WHEN 2 THEN 'ARCHIVED' ELSE 'ACTIVE' END`;

const JOB_STATUS = `CASE j % 50 WHEN 1 THEN 'pending' WHEN 2 THEN 'pending' WHEN 3 THEN 'running' WHEN 4 THEN 'failed' ELSE 'completed' END`;

/** 100,000 messages of 20 users, their jobs and schedules, made by the engine itself, and its statistics of them. */
export async function seedLarge(engine: EngineKind, raw: RawConnection): Promise<void> {
  const dialect = engine === 'sqlite' ? sqlite : postgres;
  await raw.query(`
    INSERT INTO conversations (user_id, id, title, status, next_seq, message_count, last_message_at, source, external_id, created_at, updated_at)
    SELECT ${dialect.user('c')}, ${dialect.uuid('c')}, 'title ' || c, ${STATUS}, ${MESSAGES_EACH + 1}, ${MESSAGES_EACH}, ${dialect.time('c')}, 'seed', 'external ' || c, ${dialect.time('c')}, ${dialect.time('c')}
    FROM ${dialect.series('c', CONVERSATIONS)}`);
  await raw.query(`
    INSERT INTO conversation_messages (user_id, id, conversation_id, seq, role, content, request_id, source, external_id, created_at)
    SELECT ${dialect.user('c')}, ${dialect.uuid(`(c * 1000 + m)`)}, ${dialect.uuid('c')}, m, 'user', 'content ' || m, 'request ' || m, 'source ' || (m % 10), 'external ' || m, ${dialect.time('m')}
    FROM ${dialect.series('c', CONVERSATIONS)}, ${dialect.series('m', MESSAGES_EACH)}`);
  await raw.query(`
    INSERT INTO conversation_cold_parts (user_id, id, conversation_id, part, is_last, messages, first_at, last_at, text_bytes, data_bytes, digest, created_at, data)
    SELECT ${dialect.user('c')}, ${dialect.uuid('(c * 10 + p)')}, ${dialect.uuid('c')}, p, ${dialect.no}, 1, ${dialect.time('c')}, ${dialect.time('c')}, 1, 1,
      'a digest of sixty-four characters that stands for no text at all', ${dialect.time('c')}, ${dialect.bytes}
    FROM ${dialect.series('c', CONVERSATIONS)}, ${dialect.series('p', 2)}`);
  await raw.query(`
    INSERT INTO conversation_checkpoints (user_id, id, thread_id, checkpoint_ns, checkpoint_id, type, state, channel_values, created_at)
    SELECT ${dialect.user('c')}, 'thread ' || (c % 200) || '.' || c, 'thread ' || (c % 200), '', 'checkpoint ' || c, 'json', '{}', '{}', ${dialect.time('c')}
    FROM ${dialect.series('c', CHECKPOINTS)}`);
  await raw.query(`
    INSERT INTO conversation_checkpoint_writes (user_id, id, task_id, task_path, idx, channel, type, data, created_at)
    SELECT ${dialect.user('c')}, 'thread ' || (c % 200) || '.' || c || ':task:' || w, 'task', '', w, 'messages', 'json', '{}', ${dialect.time('c')}
    FROM ${dialect.series('c', CHECKPOINTS)}, ${dialect.series('w', 2)}`);
  // Most jobs have ended; of the others some are ready, some wait, some run.
  await raw.query(`
    INSERT INTO jobs (user_id, id, kind, status, parameters, max_attempts, ready_at, waits_until, lease_until, worker, dedup_key, scheduled_at, completed_at, created_at, updated_at)
    SELECT ${dialect.user('j')}, ${dialect.uuid('j')}, 'kind ' || (j % 7), ${JOB_STATUS}, '{}', 5,
      CASE j % 50 WHEN 1 THEN ${dialect.time('j')} END, CASE j % 50 WHEN 2 THEN ${dialect.time('j')} END,
      CASE j % 50 WHEN 3 THEN ${dialect.time('j')} END, CASE j % 50 WHEN 3 THEN 'worker' END,
      CASE j % 5 WHEN 1 THEN 'key ' || j END, ${dialect.time('j')},
      CASE WHEN j % 50 NOT IN (1, 2, 3) THEN ${dialect.time('j')} END, ${dialect.time('j')}, ${dialect.time('j')}
    FROM ${dialect.series('j', JOBS)}`);
  await raw.query(`
    INSERT INTO job_logs (user_id, id, job_id, attempt, level, message, created_at)
    SELECT ${dialect.user('j')}, ${dialect.uuid('(j * 1000 + m)')}, ${dialect.uuid('j')}, 1, 'info', 'line ' || m, ${dialect.time('m')}
    FROM ${dialect.series('j', JOBS)}, ${dialect.series('m', 2)}`);
  await raw.query(`
    INSERT INTO backups (id, kind, file, result, started_at, duration_ms)
    SELECT ${dialect.uuid('b')}, CASE b % 7 WHEN 1 THEN 'drill' ELSE 'backup' END, 'file ' || b, CASE b % 9 WHEN 1 THEN 'failed' ELSE 'whole' END, ${dialect.time('b')}, 1
    FROM ${dialect.series('b', SCHEDULES)}`);
  await raw.query(`
    INSERT INTO alerts (id, rule, subject, severity, message, fired_at, seen_at, resolved_at)
    SELECT ${dialect.uuid('a')}, 'rule ' || (a % 7), 'subject ' || a, 'warning', 'message', ${dialect.time('a')}, ${dialect.time('a')},
      CASE WHEN a % 500 <> 0 THEN ${dialect.time('a')} END
    FROM ${dialect.series('a', RECORDS)}`);
  await raw.query(`
    INSERT INTO schedules (id, user_id, name, kind, parameters, expression, time_zone, next_run_at, created_at, updated_at)
    SELECT ${dialect.uuid('s')}, ${dialect.user('s')}, 'schedule ' || s, 'kind ' || (s % 7), '{}', '0 7 * * *', 'UTC',
      CASE s % 3 WHEN 1 THEN ${dialect.time('s')} END, ${dialect.time('s')}, ${dialect.time('s')}
    FROM ${dialect.series('s', SCHEDULES)}`);
  await raw.query(`
    INSERT INTO users (id, email, is_active, is_admin, created_at, updated_at)
    SELECT ${dialect.uuid('u')}, 'user' || u || '@example.org', ${dialect.yes}, ${dialect.no}, ${dialect.time('u')}, ${dialect.time('u')}
    FROM ${dialect.series('u', ACCOUNTS)}`);
  await raw.query(`
    INSERT INTO api_tokens (id, user_id, account_id, name, prefix, hash, scopes, created_at)
    SELECT ${dialect.uuid('t')}, ${dialect.user('t')}, ${dialect.uuid('t')}, 'token ' || t, 'prefix ' || t, 'a hash that nothing has, of 32 chars', '[]', ${dialect.time('t')}
    FROM ${dialect.series('t', ACCOUNTS)}`);
  await raw.query(`
    INSERT INTO user_sessions (id, account_id, hash, expires_at, last_activity_at, created_at)
    SELECT ${dialect.uuid('s')}, ${dialect.uuid(`(s % ${ACCOUNTS} + 1)`)}, 'a hash that nothing has, of 32 chars' || s, ${dialect.time('s')}, ${dialect.time('s')}, ${dialect.time('s')}
    FROM ${dialect.series('s', SESSIONS)}`);
  await raw.query(`
    INSERT INTO sign_in_failures (key, failures, last_failed_at)
    SELECT substr('0000000000000000000000000000000000000000000000000000000000000000' || f, length('' || f) + 1), 1, ${dialect.time('f')}
    FROM ${dialect.series('f', ACCOUNTS)}`);
  await raw.query(`
    INSERT INTO organisations (id, name, created_at, updated_at)
    SELECT ${dialect.uuid('o')}, 'organisation ' || o, ${dialect.time('o')}, ${dialect.time('o')}
    FROM ${dialect.series('o', CONVERSATIONS)}`);
  await raw.query(`
    INSERT INTO memberships (organisation_id, member_id, role, created_at, updated_at)
    SELECT ${dialect.uuid('o')}, 'user ' || (o + m), CASE m WHEN 1 THEN 'owner' ELSE 'member' END, ${dialect.time('o')}, ${dialect.time('o')}
    FROM ${dialect.series('o', CONVERSATIONS)}, ${dialect.series('m', 10)}`);
  await raw.query(`
    INSERT INTO audit_events (user_id, id, actor_id, action, entity, entity_id, created_at)
    SELECT ${dialect.user('e')}, ${dialect.uuid('e')}, 'user ' || (e % 300), 'action.' || (e % 20), 'entity ' || (e % 5), '' || (e % 1000), ${dialect.time('e')}
    FROM ${dialect.series('e', EVENTS)}`);
  await raw.query(`
    INSERT INTO change_consumers (name, created_at, updated_at)
    SELECT 'consumer ' || c, ${dialect.time('c')}, ${dialect.time('c')} FROM ${dialect.series('c', CONVERSATIONS)}`);
  await raw.query(`
    INSERT INTO settings (user_id, id, key, value, data_type, is_secret, secret_key_id, created_at, updated_at)
    SELECT ${dialect.user('s')}, ${dialect.uuid('s')}, 'key ' || s, 'value', 'string',
      CASE WHEN s % 50 = 0 THEN ${dialect.yes} ELSE ${dialect.no} END, CASE s % 50 WHEN 0 THEN 'key ' || (s % 3) END, ${dialect.time('s')}, ${dialect.time('s')}
    FROM ${dialect.series('s', RECORDS)}`);
  await raw.query(`
    INSERT INTO idempotency_keys (user_id, id, key, request_hash, response_status, response_body, expires_at, created_at)
    SELECT ${dialect.user('k')}, ${dialect.uuid('k')}, 'key ' || k, 'a hash that nothing has, of sixty-four characters in all, exact.', 201, '{}', ${dialect.time('k')}, ${dialect.time('k')}
    FROM ${dialect.series('k', RECORDS)}`);
  await raw.query(`
    INSERT INTO system_logs (id, level, logger, message, request_id, created_at)
    SELECT ${dialect.uuid('l')}, CASE l % 20 WHEN 0 THEN 'ERROR' WHEN 1 THEN 'CRITICAL' ELSE 'WARNING' END, 'logger ' || (l % 5), 'message ' || l,
      'request ' || (l / 3), ${dialect.time('l')}
    FROM ${dialect.series('l', RECORDS)}`);
  await raw.query(`
    INSERT INTO app_instances (id, kind, host, pid, app_version, schema_version, started_at, last_seen_at)
    SELECT ${dialect.uuid('i')}, 'api', 'host', i, '1', '0001', ${dialect.time('i')}, ${dialect.time('i')}
    FROM ${dialect.series('i', RECORDS)}`);
  await raw.query(`
    INSERT INTO readiness_samples (id, taken_at, size_bytes, active_users, lock_tries, lock_failures, writes_per_second)
    SELECT ${dialect.uuid('r')}, ${dialect.time('r')}, r, 1, 0, 0, 0.5
    FROM ${dialect.series('r', RECORDS)}`);
  await raw.query(`
    INSERT INTO search_embeddings (user_id, id, kind, entity_id, part, model, dimensions, content_hash, vector, created_at)
    SELECT ${dialect.user('e')}, ${dialect.uuid('e')}, 'kind ' || (e % 7), ${dialect.uuid('e')}, 0, 'model', 2, 'hash ' || e, ${dialect.bytes}, ${dialect.time('e')}
    FROM ${dialect.series('e', EMBEDDINGS)}`);
  await raw.query(`
    INSERT INTO search_embedding_marks (user_id, id, stamp, created_at)
    SELECT ${dialect.user('e')}, 'message ' || ${dialect.uuid('e')}, ${dialect.uuid('e')}, ${dialect.time('e')}
    FROM ${dialect.series('e', EMBEDDINGS)}`);
  // The triggers have marked every conversation and message by now; the index of them need not mean anything here.
  await raw.query(`
    INSERT INTO search_indexes (user_id, id, kinds, created_at, updated_at)
    SELECT 'user ' || u, 'text', '{}', ${dialect.time('u')}, ${dialect.time('u')} FROM ${dialect.series('u', ACCOUNTS)}`);
  await raw.query(`
    INSERT INTO search_entries (user_id, id, number, block, occurred_at, length, content_hash, tokenizer, terms, updated_at)
    SELECT ${dialect.user('e')}, 'message ' || ${dialect.uuid('e')}, e, 1 + e / 512, ${dialect.time('e')}, 2, 'hash', 'seed', 'content', ${dialect.time('e')}
    FROM ${dialect.series('e', ENTRIES)}`);
  await raw.query(`
    INSERT INTO search_postings (user_id, id, postings, positions)
    SELECT ${dialect.user('p')}, 'word' || p || ' 000001', ${dialect.bytes}, ${dialect.bytes} FROM ${dialect.series('p', ENTRIES)}`);
  await raw.query(`
    INSERT INTO erasures (id, kind, salt, owner_hash, counts, started_at, completed_at)
    SELECT ${dialect.uuid('e')}, 'owner', 'a salt of thirty-two characters.', 'a hash that nothing has, of sixty-four characters in all, exact.', '{}',
      ${dialect.time('e')}, CASE WHEN e % 50 <> 0 THEN ${dialect.time('e')} END
    FROM ${dialect.series('e', RECORDS)}`);
  await raw.query('ANALYZE');
}

interface SeedDialect {
  series(name: string, count: number): string;
  user(number: string): string;
  uuid(number: string): string;
  time(number: string): string;
  readonly bytes: string;
  readonly yes: string;
  readonly no: string;
}

const user = (number: string): string => `'user ' || (${number} % ${USERS})`;

const sqlite: SeedDialect = {
  series: (name, count) =>
    `(WITH RECURSIVE s(${name}) AS (SELECT 1 UNION ALL SELECT ${name} + 1 FROM s WHERE ${name} < ${count}) SELECT ${name} FROM s)`,
  user,
  uuid: (number) => `'00000000-0000-7000-8000-' || printf('%012d', ${number})`,
  time: (number) => `1700000000000 + ${number}`,
  bytes: `x'0000803f00000000'`,
  yes: '1',
  no: '0',
};

const postgres: SeedDialect = {
  series: (name, count) => `generate_series(1, ${count}) AS ${name}`,
  user,
  uuid: (number) => `('00000000-0000-7000-8000-' || lpad((${number})::text, 12, '0'))::uuid`,
  time: (number) => `timestamptz '2026-01-01' + ${number} * interval '1 second'`,
  bytes: `'\\x0000803f00000000'::bytea`,
  yes: 'true',
  no: 'false',
};
