import { openDatabase } from '@keelson/db-core';
import { createLogger } from './logging.ts';
import { createServer } from './server.ts';

/**
 * The API's description as OpenAPI 3.1, as it stands in docs/openapi.json: the same text every time. The error codes in
 * it are those of the packages that are loaded.
 */
export async function renderOpenApi(): Promise<string> {
  // It is never connected to.
  const database = openDatabase({ url: 'sqlite:///unused.db', env: {} });
  const server = createServer({ database, logger: createLogger({ level: 'silent' }) });
  try {
    await server.ready();
    return `${JSON.stringify(server.swagger(), undefined, 2)}\n`;
  } finally {
    await server.close();
    await database.close();
  }
}
