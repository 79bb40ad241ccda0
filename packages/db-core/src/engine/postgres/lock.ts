import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { ConnectionLostError, MigrationLockedError } from '../../errors/index.ts';
import { mapPostgresError } from './errors.ts';
import type { PostgresSettings } from './options.ts';

const POLL_MS = 100;

interface Holder {
  readonly pid: number;
  readonly program: string;
  /** Null where this user may not see other users' sessions. */
  readonly since: Date | null;
}

/**
 * Runs `work` under an advisory lock, held by a session of its own: the lock ends with the session, so a process that dies
 * leaves none behind. It can't go through a pooler that shares sessions between transactions.
 */
export async function withAdvisoryLock<T>(
  settings: PostgresSettings,
  name: string,
  waitMs: number,
  work: () => Promise<T>,
): Promise<T> {
  const client = new pg.Client(settings.client);
  let loss: Error | undefined;
  client.on('error', (error) => {
    loss ??= error;
  });
  try {
    await takeLock(client, settings, name, waitMs);
    const result = await work();
    if (loss === undefined) return result;
    throw new ConnectionLostError(
      `The session that held the lock "${name}" broke while the work was done; another process may have worked beside it.`,
      { cause: loss },
    );
  } finally {
    // Ends the session, and with it the lock.
    await client.end().catch(() => undefined);
  }
}

async function takeLock(client: pg.Client, settings: PostgresSettings, name: string, waitMs: number): Promise<void> {
  try {
    await client.connect();
    await client.query(
      `set statement_timeout to 0; set idle_session_timeout to 0; set timezone to 'UTC'; set datestyle to 'ISO, YMD'`,
    );
    await poll(client, name, waitMs);
  } catch (error) {
    throw mapPostgresError(error, { location: settings.target.location, phase: 'connect' });
  }
}

async function poll(client: pg.Client, name: string, waitMs: number): Promise<void> {
  // Advisory locks are the database's own, so two databases never meet; schemas in one database would.
  const { rows } = await client.query<{ schema: string }>('select current_schema() as schema');
  const key = lockKey(rows[0]?.schema ?? 'public', name);
  const until = Date.now() + waitMs;
  for (;;) {
    const { rows: tries } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1::bigint) as taken', [
      key,
    ]);
    if (tries[0]?.taken === true) return;
    const leftMs = until - Date.now();
    if (leftMs <= 0) throw await locked(client, name, key, waitMs);
    await sleep(Math.min(POLL_MS, leftMs));
  }
}

/** 64 bits, signed, in decimal digits. */
function lockKey(schema: string, name: string): string {
  return createHash('sha256').update(`keelson\0${schema}\0${name}`).digest().readBigInt64BE().toString();
}

async function locked(client: pg.Client, name: string, key: string, waitMs: number): Promise<MigrationLockedError> {
  const holder = await findHolder(client, key);
  const since = holder?.since?.toISOString() ?? 'a time unknown';
  const who =
    holder === undefined ? 'another process' : `${holder.program} (process ${holder.pid} of the server) since ${since}`;
  return new MigrationLockedError(`The lock "${name}" is held by ${who}; waited ${waitMs} ms for it.`, {
    details:
      holder === undefined ? {} : { holder: { pid: holder.pid, applicationName: holder.program, since: holder.since } },
  });
}

/** The holder's session was opened for the lock, so it tells since when. */
async function findHolder(client: pg.Client, key: string): Promise<Holder | undefined> {
  const { rows } = await client.query<Holder>(
    `select a.pid, coalesce(nullif(a.application_name, ''), 'an unnamed program') as program, a.backend_start as since
       from pg_locks l join pg_stat_activity a on a.pid = l.pid
      where l.locktype = 'advisory' and l.granted and l.objsubid = 1
        and l.database = (select oid from pg_database where datname = current_database())
        and (l.classid::bigint << 32 | l.objid::bigint) = $1::bigint`,
    [key],
  );
  return rows[0];
}
