import { compilerOf, type Database, engineOf } from '../../database/database.ts';
import { definedQueries } from '../../database/query.ts';
import { ConfigurationError, NotFoundError, QueryError } from '../../errors/index.ts';
import { runStatement } from '../../schema/statements.ts';
import { explain, readPlan, type StatementPlan } from './plan.ts';

export interface NamedPlan extends StatementPlan {
  readonly name: string;
}

/**
 * How this database would run a statement that the program defined, by its name.
 *
 * @throws NotFoundError when this program defines none of that name
 * @example
 * ```ts
 * const { text } = await inspectPlan(database, 'conversations.findById');
 * ```
 */
export async function inspectPlan(database: Database, name: string): Promise<NamedPlan> {
  const query = definedQueries().get(name);
  if (query === undefined) throw unknown(name);
  const compiler = await compilerOf(database);
  return { name, ...(await planOf(database, compiler.compile(query).plan.sql)) };
}

/**
 * The plans of all statements that this process has defined.
 *
 * @throws TenancyViolationError when one is about a table that this database doesn't have
 */
export async function inspectPlans(database: Database): Promise<readonly NamedPlan[]> {
  const compiler = await compilerOf(database);
  const plans: NamedPlan[] = [];
  for (const [name, query] of definedQueries()) {
    plans.push({ name, ...(await planOf(database, compiler.compile(query).plan.sql)) });
  }
  return plans.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function planOf(database: Database, sql: string): Promise<StatementPlan> {
  const engine = engineOf(database);
  const { sql: question, values } = explain(engine.kind, sql);
  const nulls = Array.from({ length: values }, () => null);
  try {
    const { rows } = await runStatement(engine, engine, { sql: question, values: nulls });
    return readPlan(engine.kind, sql, rows);
  } catch (cause) {
    if (!(cause instanceof QueryError) || !cause.message.includes('generic_plan')) throw cause;
    throw new ConfigurationError('PostgreSQL tells plans without values from version 16 on.', { cause });
  }
}

function unknown(name: string): NotFoundError {
  const [domain = ''] = name.split('.');
  const alike = [...definedQueries().keys()].filter((each) => each.startsWith(`${domain}.`)).sort();
  return new NotFoundError(`No statement is called ${name}.`, {
    hint:
      alike.length === 0
        ? 'docs/sql lists them; `keelson inspect plans` does so, too.'
        : `There are ${alike.slice(0, 20).join(', ')}${alike.length > 20 ? ' and more' : ''}.`,
  });
}
