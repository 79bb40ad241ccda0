import * as z from 'zod';
import { type Database, engineOf } from '../database/database.ts';
import type { Engine } from '../engine/contract.ts';
import { quoteName } from '../schema/identifiers.ts';
import type { JobContext, JobDefinition } from './definition.ts';

const parameters = z.strictObject({});

/**
 * Lets the engine look at its tables again, so that it plans queries by what is in them now. PostgreSQL does much of it by
 * itself, SQLite nothing.
 */
export function optimize(database: Database): JobDefinition<typeof parameters> {
  return {
    kind: 'kernel.optimize',
    parameters,
    maxAttempts: 3,
    run: async (context) => {
      const engine = engineOf(database);
      const tables = engine.kind === 'sqlite' ? await optimizeFile(engine) : await analyzeTables(engine, context);
      return { engine: engine.kind, tables };
    },
  };
}

/** With this mask it looks at every table that may have changed, and reads a bounded part of each. */
async function optimizeFile(engine: Engine): Promise<null> {
  await engine.exec('PRAGMA optimize = 0x10002');
  return null;
}

/** Table by table, so that none takes longer than a statement may, and the job can be stopped between two. */
async function analyzeTables(engine: Engine, { progress, signal }: JobContext<unknown>): Promise<number> {
  const { tables } = await engine.inspect();
  for (const [index, { name }] of tables.entries()) {
    signal.throwIfAborted();
    await progress((100 * index) / tables.length, name);
    await engine.exec(`ANALYZE ${quoteName(name)}`);
  }
  return tables.length;
}
