import { afterEach } from 'vitest';
import { loadDatabaseConfig } from '../../src/config/index.ts';
import type { Engine, EngineKind, Row } from '../../src/engine/contract.ts';
import { createEngine } from '../../src/engine/create.ts';
import type { Migration } from '../../src/schema/migration.ts';
import { type MigrateOptions, type MigrationRun, migrate } from '../../src/schema/runner.ts';
import { runStatement } from '../../src/schema/statements.ts';
import { describeEngine } from '../../src/testing/index.ts';

export interface SchemaContext {
  readonly kind: EngineKind;
  /** Where a database without tables is. */
  emptyUrl(): Promise<string>;
  /** An open engine, by itself on a database without tables; or one of several on the database at this URL. */
  newEngine(url?: string): Promise<Engine>;
}

/** Tests of bare engines, for each. What a test opens is closed after it. */
export function describeSchema(name: string, body: (context: SchemaContext) => void): void {
  describeSchemaOn('sqlite', name, body);
  describeSchemaOn('postgres', name, body);
}

export function describeSchemaOn(kind: EngineKind, name: string, body: (context: SchemaContext) => void): void {
  describeEngine(kind, name, (context) => {
    const opened: Engine[] = [];
    afterEach(async () => {
      for (const engine of opened.splice(0)) await engine.close();
    });
    body({
      kind,
      emptyUrl: () => context.emptyUrl(),
      async newEngine(url) {
        const engine = makeEngine(url ?? (await context.emptyUrl()));
        opened.push(engine);
        await engine.open();
        return engine;
      },
    });
  });
}

export function makeEngine(url: string): Engine {
  const config = loadDatabaseConfig({ url, env: {} });
  return createEngine(config, { create: true, applicationName: 'schema tests', onConnectionError: () => undefined });
}

export function run(
  engine: Engine,
  migrations: readonly Migration[],
  options: Partial<MigrateOptions> = {},
): Promise<MigrationRun> {
  return migrate(engine, { migrations, applicationVersion: '1.2.3', ...options });
}

/** `$1` on both engines. */
export async function query(engine: Engine, sql: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
  return (await runStatement(engine, engine, { sql, values })).rows;
}

export async function change(engine: Engine, sql: string, values: readonly unknown[] = []): Promise<number> {
  return (await runStatement(engine, engine, { sql, values, writes: true })).changes;
}

export async function tableNames(engine: Engine): Promise<string[]> {
  return (await engine.inspect()).tables.map(({ name }) => name);
}

/** A migration that makes one table, named as it. */
export function makesTable(name: string, more: Partial<Migration> = {}): Migration {
  const table = `table_${name}`;
  return {
    name,
    up(m) {
      m.createTable(table, (t) => ({ user_id: t.userId(), id: t.uuid(), note: t.text({ max: 50 }).nullable() }), {
        primaryKey: ['user_id', 'id'],
      });
    },
    down(m) {
      m.dropTables(table);
    },
    ...more,
  };
}
