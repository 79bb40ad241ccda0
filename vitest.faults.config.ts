import { join } from 'node:path';
import { defineConfig, mergeConfig } from 'vitest/config';
import { sources } from './vitest.config.ts';

const root = import.meta.dirname;

/** `pnpm test:faults`: what goes wrong, for as long as it takes with the defaults. `pnpm test` has a short form of it. */
export default mergeConfig(
  sources,
  defineConfig({
    root: join(root, 'tests'),
    test: {
      name: 'faults',
      include: [
        'faults/**/*.test.ts',
        'backup/kill.test.ts',
        'backup/load-increments.test.ts',
        'kill/cold-storage.test.ts',
        'kill/erasures.test.ts',
      ],
      globalSetup: [
        join(root, 'packages/db-core/src/testing/global-setup.ts'),
        join(root, 'tests/support/build-programs.ts'),
      ],
      env: { KEELSON_FAULTS: 'long', NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/compile') },
      pool: 'forks',
      // Each begins on a machine that is quiet.
      maxWorkers: 1,
      fileParallelism: false,
      testTimeout: 300_000,
      hookTimeout: 120_000,
      teardownTimeout: 60_000,
      allowOnly: false,
      passWithNoTests: false,
    },
  }),
);
