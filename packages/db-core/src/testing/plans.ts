import { StatementCompiler } from '../database/compile.ts';
import { tablesOf } from '../database/guard/tables.ts';
import type { Query } from '../database/query.ts';
import type { Engine, EngineKind } from '../engine/contract.ts';
import { createPostgresEngine } from '../engine/postgres/engine.ts';
import { SqliteEngine } from '../engine/sqlite/engine.ts';
import { explain, readPlan, type StatementPlan } from '../operations/inspect/plan.ts';
import { schema } from '../schema/generated/tables.ts';
import { scopeOf } from '../schema/table-scopes.ts';
import type { RawConnection } from './raw.ts';

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
): Promise<StatementPlan> {
  const { sql } = new StatementCompiler(unopened(engine), tablesOf(schema, scopeOf)).compile(query).plan;
  const question = explain(engine, sql);
  const nulls = Array.from({ length: question.values }, () => null);
  return readPlan(engine, sql, await raw.query(question.sql, nulls));
}

function unopened(engine: EngineKind): Engine {
  if (engine === 'sqlite')
    return new SqliteEngine({ path: 'unopened', poolSize: 3, waitMs: 0, synchronous: 'normal', create: false });
  return createPostgresEngine({ url: 'postgresql://nobody@127.0.0.1/unopened' });
}
