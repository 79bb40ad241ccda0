import { resolve } from 'node:path';
import { type Database, engineOf } from '../../database/database.ts';
import { runStatement } from '../../schema/statements.ts';
import { holdersOf } from '../doctor/holders.ts';

/** Who is in a transaction, or waits to be. */
export interface InspectedLock {
  /** On PostgreSQL the server's process. */
  readonly pid: number;
  readonly program: string;
  /** `active`, `idle in transaction`…; on SQLite `writes` or `reads`. */
  readonly state: string;
  /** Since when the transaction is open; null where nobody tells. */
  readonly since: Date | null;
  /** Tables that it has locked, or waits for. */
  readonly tables: readonly string[];
  /** Whom it waits for; nothing when it doesn't wait. */
  readonly blockedBy: readonly number[];
  /** What it runs, or ran last. */
  readonly statement: string | null;
}

const POSTGRES = `select a.pid, coalesce(nullif(a.application_name, ''), 'an unnamed program') as program, coalesce(a.state, 'unknown') as state,
  a.xact_start as since, left(a.query, 500) as statement, array_to_json(pg_blocking_pids(a.pid))::text as blocked_by,
  coalesce((select json_agg(distinct c.relname)::text from pg_locks l join pg_class c on c.oid = l.relation
    join pg_namespace n on n.oid = c.relnamespace where l.pid = a.pid and c.relkind in ('r', 'p') and n.nspname = current_schema()), '[]') as tables
  from pg_stat_activity a where a.datname = current_database() and a.pid <> pg_backend_pid() and a.xact_start is not null
  order by a.xact_start`;

/**
 * Who holds locks now, and who waits for whom, the oldest first. On SQLite only Linux tells which processes they are.
 *
 * @example
 * ```ts
 * const waiting = (await inspectLocks(database)).filter(({ blockedBy }) => blockedBy.length > 0);
 * ```
 */
export async function inspectLocks(database: Database): Promise<readonly InspectedLock[]> {
  const { target } = database.config;
  if (target.engine === 'sqlite') return fileLocks(resolve(target.path));
  const engine = engineOf(database);
  await database.connect();
  const { rows } = await runStatement(engine, engine, { sql: POSTGRES });
  return rows.map((row) => ({
    pid: Number(row['pid']),
    program: String(row['program']),
    state: String(row['state']),
    since: row['since'] as Date | null,
    tables: JSON.parse(String(row['tables'])) as string[],
    blockedBy: JSON.parse(String(row['blocked_by'])) as number[],
    statement: row['statement'] as string | null,
  }));
}

/** SQLite locks the whole file, and keeps no list of who waits for it. */
function fileLocks(path: string): InspectedLock[] {
  return holdersOf(path).map(({ pid, program, writes }) => ({
    pid,
    program,
    state: writes ? 'writes' : 'reads',
    since: null,
    tables: [],
    blockedBy: [],
    statement: null,
  }));
}
