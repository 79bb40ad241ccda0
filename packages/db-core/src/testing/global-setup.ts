import { rmSync } from 'node:fs';
import { PostgresDatabases } from './postgres-databases.ts';
import { startPostgresServer } from './postgres-server.ts';
import { announce, givenServer, isAnnounced, newRunFolder, newRunId, withdraw } from './test-run.ts';

/**
 * Starts the one PostgreSQL server of a test run, or uses the one at KEELSON_TEST_POSTGRES_URL, and makes a folder for
 * SQLite files. Everything is gone after the run, also after Ctrl-C.
 *
 * @example
 * ```ts
 * // vitest.config.ts
 * export default defineConfig({ test: { globalSetup: ['@keelson/db-core/testing/global-setup'] } });
 * ```
 */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  // Projects of one run may each name this file; the first one does it for all.
  if (isAnnounced()) return undefined;
  const given = givenServer();
  const server = given === undefined ? await startPostgresServer() : undefined;
  const run = { id: newRunId(), folder: server?.folder ?? newRunFolder(), serverUrl: server?.url ?? given };
  announce(run);
  return async () => {
    withdraw(run, given);
    if (server !== undefined) await server.stop();
    if (given !== undefined) await dropAll(given, run.id);
    rmSync(run.folder, { recursive: true, force: true });
  };
}

async function dropAll(serverUrl: string, id: string): Promise<void> {
  const databases = new PostgresDatabases(serverUrl, id);
  try {
    await databases.dropAll();
  } finally {
    await databases.close();
  }
}
