import { type Database, engineOf } from '../../database/database.ts';
import { QueryError } from '../../errors/index.ts';
import { SystemLogs } from '../../platform/system-logs.ts';
import { runStatement } from '../../schema/statements.ts';

/** A statement of a program's that took longer than DATABASE_SLOW_QUERY_MS. */
export interface SlowStatement {
  readonly name: string;
  /** How often it was slow. */
  readonly times: number;
  readonly meanMs: number;
  readonly longestMs: number;
  readonly lastAt: Date;
  readonly sql: string;
}

/** What PostgreSQL counted of a statement, whoever ran it. */
export interface CountedStatement {
  readonly sql: string;
  readonly calls: number;
  readonly totalMs: number;
  readonly meanMs: number;
  readonly rows: number;
}

export interface SlowStatements {
  /** What programs logged; those that took the most time in all first. */
  readonly logged: readonly SlowStatement[];
  /** Of how many log lines; there may be older ones. */
  readonly lines: number;
  /** Null where PostgreSQL doesn't count, and on SQLite. */
  readonly counted: readonly CountedStatement[] | null;
  /** What to do to see more. */
  readonly hint: string | null;
}

export interface InspectSlow {
  /** 1–500; default 20. */
  readonly limit?: number;
  /** Only what was logged since then. */
  readonly since?: Date;
}

const PAGE = 500;
const MOST_LINES = 5000;
const PREFIX = 'slow query ';
const ENABLE =
  "PostgreSQL counts statements once shared_preload_libraries = 'pg_stat_statements' is set, the server was restarted, and CREATE EXTENSION pg_stat_statements; was run in this database.";
const NONE_LOGGED =
  'The API logs statements that take longer than DATABASE_SLOW_QUERY_MS, and /metrics has the times of all of them.';

const COUNTED = `select query as sql, calls::float8 as calls, total_exec_time as total, mean_exec_time as mean, rows::float8 as rows
  from pg_stat_statements where dbid = (select oid from pg_database where datname = current_database())
  order by total_exec_time desc limit $1::int`;

/**
 * Statements that take long: what programs logged of theirs, and what PostgreSQL counted of everybody's.
 *
 * @example
 * ```ts
 * const { logged, counted, hint } = await inspectSlow(database, { limit: 10 });
 * ```
 */
export async function inspectSlow(
  database: Database,
  { limit = 20, since }: InspectSlow = {},
): Promise<SlowStatements> {
  const { statements, lines } = await logged(database, since);
  const isServer = engineOf(database).kind === 'postgres';
  const counted = isServer ? await countedBy(database, limit) : null;
  const hint = isServer && counted === null ? ENABLE : lines === 0 ? NONE_LOGGED : null;
  return { logged: statements.slice(0, limit), lines, counted, hint };
}

async function logged(
  database: Database,
  since: Date | undefined,
): Promise<{ readonly statements: SlowStatement[]; readonly lines: number }> {
  const logs = new SystemLogs(database);
  const found = new Map<string, SlowStatement>();
  let lines = 0;
  let cursor: string | null = null;
  do {
    const page = await logs.list({
      level: 'WARNING',
      text: PREFIX,
      limit: PAGE,
      cursor,
      ...(since === undefined ? {} : { since }),
    });
    for (const { message, details, at } of page.items) {
      const { durationMs, sql } = (details ?? {}) as { durationMs?: unknown; sql?: unknown };
      if (!message.startsWith(PREFIX) || typeof durationMs !== 'number') continue;
      lines += 1;
      const name = message.slice(PREFIX.length);
      // Those built on the spot have one name.
      const key = name === 'dynamic' && typeof sql === 'string' ? `${name}\0${sql}` : name;
      found.set(key, added(found.get(key), { name, durationMs, sql: typeof sql === 'string' ? sql : '', at }));
    }
    cursor = page.nextCursor;
  } while (cursor !== null && lines < MOST_LINES);
  const statements = [...found.values()].sort((a, b) => b.times * b.meanMs - a.times * a.meanMs);
  return { statements, lines };
}

interface Line {
  readonly name: string;
  readonly durationMs: number;
  readonly sql: string;
  readonly at: Date;
}

function added(known: SlowStatement | undefined, { name, durationMs, sql, at }: Line): SlowStatement {
  if (known === undefined) return { name, times: 1, meanMs: durationMs, longestMs: durationMs, lastAt: at, sql };
  const times = known.times + 1;
  return {
    ...known,
    times,
    meanMs: known.meanMs + (durationMs - known.meanMs) / times,
    longestMs: Math.max(known.longestMs, durationMs),
  };
}

async function countedBy(database: Database, limit: number): Promise<CountedStatement[] | null> {
  const engine = engineOf(database);
  try {
    const { rows } = await runStatement(engine, engine, { sql: COUNTED, values: [limit] });
    return rows.map((row) => ({
      sql: String(row['sql']),
      calls: Number(row['calls']),
      totalMs: Number(row['total']),
      meanMs: Number(row['mean']),
      rows: Number(row['rows']),
    }));
  } catch (error) {
    // The view isn't there, or the library isn't loaded.
    if (error instanceof QueryError && error.message.includes('pg_stat_statements')) return null;
    throw error;
  }
}
