import { afterEach } from 'vitest';
import type { Engine, EngineKind, Row } from '../../src/engine/contract.ts';
import { runStatement } from '../../src/schema/statements.ts';
import { describeEngine } from '../../src/testing/index.ts';
import { bareEngine } from './bare-engine.ts';

export { run } from './bare-engine.ts';
export { makesTable } from './make-table.ts';

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
        const engine = bareEngine(url ?? (await context.emptyUrl()));
        opened.push(engine);
        await engine.open();
        return engine;
      },
    });
  });
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
