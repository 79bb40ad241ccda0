import { type QueryExecutor, QueryCreator, type RootOperationNode } from 'kysely';
import { TenancyViolationError } from '../errors/index.ts';

function refuse(what: string): never {
  throw new TenancyViolationError(`${what} is not possible here: queries are built here and run through a handle.`);
}

/**
 * An executor that can't execute. Builders hang from it, so nothing that they offer (`execute`, `stream`, `withPlugin`,
 * `explain`) reaches a connection or changes a tree after the guard has seen it.
 */
const buildOnly: QueryExecutor = {
  get adapter(): never {
    return refuse('asking for the dialect');
  },
  plugins: [],
  transformQuery: <T extends RootOperationNode>(node: T): T => node,
  compileQuery: () => refuse('compiling'),
  executeQuery: () => refuse('executing'),
  stream: (): AsyncIterableIterator<never> => refuse('streaming'),
  provideConnection: () => refuse('taking a connection'),
  withConnectionProvider: () => refuse('changing the connection'),
  withPlugin: () => refuse('a plugin'),
  withPlugins: () => refuse('a plugin'),
  withPluginAtFront: () => refuse('a plugin'),
  withoutPlugins: () => refuse('leaving out plugins'),
};

/** Where every query begins. */
export const queryBuilder = new QueryCreator<never>({ executor: buildOnly });
