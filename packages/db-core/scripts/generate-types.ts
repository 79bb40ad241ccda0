/**
 * Makes what is generated from the schema: the types for Kysely, the table metadata and docs/schema.md. They come from a
 * PostgreSQL that was migrated for the purpose; a test holds SQLite to the same schema.
 *
 * Run as a program (`node --conditions=keelson-source packages/db-core/scripts/generate-types.ts`) it writes them.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { migrations } from '../migrations/index.ts';
import { PostgresEngine } from '../src/engine/postgres/engine.ts';
import type { SchemaDescription } from '../src/schema/description.ts';
import { renderSchemaMarkdown } from '../src/schema/render.ts';
import { migrate } from '../src/schema/runner.ts';
import { startPostgresServer } from '../src/testing/postgres-server.ts';
import { generateDatabaseTypes } from './database-types.ts';
import { generateTableMetadata } from './table-metadata.ts';

const GENERATED = 'packages/db-core/src/schema/generated';

/** Contents by path from the repository's root. */
export async function generateSchemaFiles(): Promise<Map<string, string>> {
  const server = await startPostgresServer();
  try {
    const schema = await migratedSchema(server.url);
    return new Map([
      [`${GENERATED}/database-types.ts`, await generateDatabaseTypes(server.url, schema)],
      [`${GENERATED}/tables.ts`, generateTableMetadata(schema)],
      ['docs/schema.md', renderSchemaMarkdown(schema)],
    ]);
  } finally {
    await server.stop();
  }
}

async function migratedSchema(url: string): Promise<SchemaDescription> {
  const engine = new PostgresEngine({ url });
  try {
    await engine.open();
    await migrate(engine, { migrations, applicationVersion: '0.0.0' });
    return await engine.inspect();
  } finally {
    await engine.close();
  }
}

if (process.argv[1] === import.meta.filename) {
  const root = join(import.meta.dirname, '../../..');
  for (const [path, content] of await generateSchemaFiles()) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}
