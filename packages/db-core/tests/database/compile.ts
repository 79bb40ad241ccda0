import { StatementCompiler } from '../../src/database/compile.ts';
import { tablesOf } from '../../src/database/guard/tables.ts';
import {
  type Buildable,
  defineQuery,
  defineSystemQuery,
  type Query,
  type QueryBuilder,
} from '../../src/database/query.ts';
import type { Engine } from '../../src/engine/contract.ts';
import { createPostgresEngine } from '../../src/engine/postgres/engine.ts';
import { SqliteEngine } from '../../src/engine/sqlite/engine.ts';
import { schema } from '../../src/schema/generated/tables.ts';
import { scopeOf } from '../../src/schema/table-scopes.ts';
import type { SystemDatabase, TenantDatabase } from '../../src/schema/types.ts';

/** Engines that are never opened: compiling needs no database. */
const engines: readonly Engine[] = [
  new SqliteEngine({ path: 'unused', poolSize: 3, waitMs: 1, synchronous: 'normal', create: false }),
  createPostgresEngine({ url: 'postgresql://nobody@127.0.0.1:1/unused' }),
];

export const compilers = engines.map((engine) => ({
  engine: engine.kind,
  compiler: new StatementCompiler(engine, tablesOf(schema, scopeOf)),
}));

type TenantBuild = (db: QueryBuilder<TenantDatabase>) => Buildable<unknown>;
type SystemBuild = (db: QueryBuilder<SystemDatabase>) => Buildable<unknown>;

/** The guarded SQL on SQLite; the other engine's only differs in its placeholders. */
export function guardedSql(build: TenantBuild): string {
  return compileOn('sqlite', defineQuery<unknown, never>('test', build));
}

export function systemSql(build: SystemBuild): string {
  return compileOn('sqlite', defineSystemQuery<unknown, never>('test', build));
}

/** Compiles on every engine, so that what one refuses and another doesn't is seen. */
export function compileEverywhere(build: TenantBuild): void {
  for (const { compiler } of compilers) compiler.compile(defineQuery<unknown, never>('test', build));
}

function compileOn(engine: Engine['kind'], query: Query<never, unknown, 'tenant' | 'system'>): string {
  const found = compilers.find((each) => each.engine === engine);
  if (found === undefined) throw new Error(`no engine ${engine}`);
  return found.compiler.compile(query).plan.sql;
}
