import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const root = import.meta.dirname;

/** Every folder with a package.json in it, so that a new package is tested as soon as it exists. */
const packages = ['packages', 'apps']
  .flatMap((group) => readdirSync(join(root, group)).map((name) => `${group}/${name}`))
  .filter((folder) => existsSync(join(root, folder, 'package.json')))
  .concat('tests', 'scripts');

/** Workspace packages resolve to their sources, in Vite's graph and in what Node itself loads. */
const conditions = ['keelson-source', 'node', 'development|production'];
export const sources = {
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ['keelson-source', 'node'] } },
};

/** What measures waiting times, or lives by deadlines, comes last and alone, so that no neighbour is measured with it. */
const alone = ['concurrency/**/*.test.ts', 'faults/**/*.test.ts'];
/** LangGraph's tests of checkpointers look for `describe` and `it` among the globals, which no other test has. */
const withGlobals = ['langgraph/validation.test.ts'];
const exclude = ['**/node_modules/**', '**/dist/**'];
/** The many processes that tests start need not compile the same sources again. */
const env = { NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/compile') };
/** What tests start as processes, built; only in the project whose tests do so, and only when one of them runs. */
const globalSetup = [join(root, 'tests/support/build-programs.ts')];
const timeouts = { testTimeout: 60_000, hookTimeout: 120_000, teardownTimeout: 60_000 };

export default defineConfig({
  ...sources,
  test: {
    // Starts the PostgreSQL server of the test run, once for all projects.
    globalSetup: ['packages/db-core/src/testing/global-setup.ts'],
    projects: [
      ...packages.map((folder) => ({
        ...sources,
        root: join(root, folder),
        test: {
          name: folder,
          include: ['**/*.test.ts'],
          exclude: folder === 'tests' ? [...exclude, ...alone, ...withGlobals] : exclude,
          env,
          ...(folder === 'tests' ? { globalSetup } : {}),
          pool: 'forks' as const,
          // A process of its own for each file costs a second of work each. Tests keep their databases apart, not their imports.
          isolate: false,
          maxWorkers: Math.max(2, availableParallelism()),
          sequence: { groupOrder: 1 },
          ...timeouts,
          // Many start several processes one after the other, and on a busy machine each of them takes its time.
          ...(folder === 'tests' ? { testTimeout: 180_000 } : {}),
        },
      })),
      {
        ...sources,
        root: join(root, 'tests'),
        test: {
          name: 'tests, with globals',
          include: withGlobals,
          exclude,
          env,
          globals: true,
          pool: 'forks' as const,
          sequence: { groupOrder: 1 },
          maxWorkers: Math.max(2, availableParallelism()),
          ...timeouts,
        },
      },
      {
        ...sources,
        root: join(root, 'tests'),
        test: {
          name: 'tests, alone',
          include: alone,
          exclude,
          env,
          globalSetup,
          pool: 'forks' as const,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
          ...timeouts,
        },
      },
    ],
    // A test that says `only` or a run that finds no test is a mistake, not a success.
    allowOnly: false,
    passWithNoTests: false,
  },
});
