import { createEngine } from '../engine/create.ts';
import { loadDatabaseConfig } from '../config/index.ts';
import type { Engine } from '../engine/contract.ts';
import { schema } from '../schema/generated/tables.ts';
import { scopeOf } from '../schema/table-scopes.ts';
import { StatementCompiler } from './compile.ts';
import { tablesOf } from './guard/tables.ts';
import { Query } from './query.ts';

const CLAUSES =
  /\s+(?=(?:from(?! json_each)|(?:inner|left|right|full|cross) join|where|group by|having|order by|limit|offset|union|except|intersect|values|set|on conflict|returning)\b)/g;

/** Engines that are never opened: rendering needs no database. */
function unopenedEngine(url: string): Engine {
  return createEngine(loadDatabaseConfig({ url, env: {} }), {
    create: false,
    applicationName: 'render',
    onConnectionError: () => undefined,
  });
}

/**
 * The SQL that each query runs, on both engines, for people to read: the guard's predicates are in it. `modules` are
 * repositories as they are imported; what they export besides queries is passed over.
 */
export function renderQueries(modules: readonly Readonly<Record<string, unknown>>[]): string {
  const queries = modules
    .flatMap((module) => Object.values(module))
    .filter((value) => value instanceof Query)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const names = queries.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new Error(`Two queries are called ${twice}; metrics and slow-query events could not tell them apart.`);
  const engines = [unopenedEngine('sqlite:///unused.db'), unopenedEngine('postgresql://nobody@127.0.0.1/unused')];
  const compilers = engines.map((engine) => ({
    kind: engine.kind,
    compiler: new StatementCompiler(engine, tablesOf(schema, scopeOf)),
  }));
  const parts = queries.map((query) => {
    const statements = compilers.map(
      ({ kind, compiler }) => `-- ${kind}\n${compiler.compile(query as never).plan.sql.replaceAll(CLAUSES, '\n  ')};`,
    );
    return [`-- ${query.name}`, ...statements].join('\n');
  });
  return `-- Made by \`pnpm generate\`: what every query runs, with what the guard added. Change the repositories instead.\n\n${parts.join('\n\n')}\n`;
}
