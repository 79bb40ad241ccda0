import { StatementCompiler } from '../database/compile.ts';
import { tablesOf } from '../database/guard/tables.ts';
import type { Query } from '../database/query.ts';
import type { Engine, EngineKind } from '../engine/contract.ts';
import { createPostgresEngine } from '../engine/postgres/engine.ts';
import { SqliteEngine } from '../engine/sqlite/engine.ts';
import { schema } from '../schema/generated/tables.ts';
import { scopeOf } from '../schema/table-scopes.ts';
import type { RawConnection } from './raw.ts';

/** How an engine would find a query's rows. */
export interface QueryPlan {
  readonly sql: string;
  /** The whole plan, for messages. */
  readonly text: string;
  /** Tables that would be read from end to end. */
  readonly scans: readonly string[];
  /** Is there a sort that an index could have given? */
  readonly sorts: boolean;
}

/**
 * Asks an engine how it would run a query, without running it.
 *
 * @example
 * ```ts
 * const plan = await planOf(context.engine, context.raw(url), findById);
 * expect(plan.scans).toEqual([]);
 * ```
 */
export async function planOf(
  engine: EngineKind,
  raw: RawConnection,
  query: Query<never, unknown, 'tenant' | 'system'>,
): Promise<QueryPlan> {
  const { sql } = new StatementCompiler(unopened(engine), tablesOf(schema, scopeOf)).compile(query).plan;
  return engine === 'sqlite' ? sqlitePlan(sql, raw) : postgresPlan(sql, raw);
}

function unopened(engine: EngineKind): Engine {
  if (engine === 'sqlite')
    return new SqliteEngine({ path: 'unopened', poolSize: 3, waitMs: 0, synchronous: 'normal', create: false });
  return createPostgresEngine({ url: 'postgresql://nobody@127.0.0.1/unopened' });
}

async function sqlitePlan(sql: string, raw: RawConnection): Promise<QueryPlan> {
  let count = 0;
  const numbered = sql.replaceAll('?', () => `$${++count}`);
  const values = Array.from({ length: count }, () => null);
  const lines = (await raw.query(`EXPLAIN QUERY PLAN ${numbered}`, values)).map(({ detail }) => String(detail));
  // What a subquery gave is read from end to end; how the subquery got it has a line of its own.
  const subqueries = lines.flatMap((line) => /^(?:CO-ROUTINE|MATERIALIZE) (\S+)$/.exec(line)?.[1] ?? []);
  const scans = lines
    .filter((line) => !subqueries.some((name) => line === `SCAN ${name}`))
    .filter((line) => /^SCAN (?!json_each|\d+ CONSTANT|\(subquery)/.test(line) && !line.includes('VIRTUAL TABLE'))
    .map((line) => line.slice('SCAN '.length));
  return { sql, text: lines.join('\n'), scans, sorts: lines.some((line) => line.includes('TEMP B-TREE FOR ORDER BY')) };
}

async function postgresPlan(sql: string, raw: RawConnection): Promise<QueryPlan> {
  // What the planner decides without knowing the values is what a prepared statement ends with. A sort without ORDER BY
  // is its way of grouping.
  const lines = (await raw.query(`EXPLAIN (GENERIC_PLAN) ${sql}`)).map((row) => String(row['QUERY PLAN']));
  const scans = lines.flatMap((line) => /Seq Scan on (\S+)/.exec(line)?.[1] ?? []);
  return {
    sql,
    text: lines.join('\n'),
    scans,
    sorts: sql.includes(' order by ') && lines.some((line) => /(?:^|->)\s*(?:Incremental )?Sort\b/.test(line)),
  };
}
