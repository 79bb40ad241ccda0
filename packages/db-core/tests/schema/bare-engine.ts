import { loadDatabaseConfig } from '../../src/config/index.ts';
import type { Engine } from '../../src/engine/contract.ts';
import { createEngine } from '../../src/engine/create.ts';
import type { Migration } from '../../src/schema/migration.ts';
import { migrate, type MigrateOptions, type MigrationRun } from '../../src/schema/runner.ts';

/** An engine that isn't open yet. */
export function bareEngine(url: string): Engine {
  const config = loadDatabaseConfig({ url, env: {} });
  return createEngine(config, {
    create: true,
    applicationName: 'schema tests',
    onConnectionError: () => undefined,
  });
}

export function run(
  engine: Engine,
  migrations: readonly Migration[],
  options: Partial<MigrateOptions> = {},
): Promise<MigrationRun> {
  return migrate(engine, { migrations, applicationVersion: '1.2.3', ...options });
}
