import type { Engine, Runner } from '../engine/contract.ts';
import type { Step } from './context.ts';
import { sqlFor } from './ddl.ts';
import { quoteName, quoteNames } from './identifiers.ts';
import { runStatement } from './statements.ts';

const CHUNK = 1000;

/** Goes through a table by its key, so that it ends even when rows are written meanwhile. */
export async function backfillInChunks(
  engine: Engine,
  runner: Runner,
  { table, options }: Extract<Step, { kind: 'backfill' }>,
): Promise<void> {
  const { key, chunkSize = CHUNK } = options;
  const keyed = `(${quoteNames(key)})`;
  const where = `(${sqlFor(engine.kind, options.where)})`;
  let low: readonly unknown[] = [];
  for (;;) {
    const after = low.length === 0 ? '' : ` AND ${keyed} > (${placeholders(key, 0)})`;
    const { rows } = await runStatement(engine, runner, {
      sql: `SELECT ${quoteNames(key)} FROM ${quoteName(table)} WHERE ${where}${after} ORDER BY ${quoteNames(key)} LIMIT 1 OFFSET ${chunkSize - 1}`,
      values: low,
    });
    const [end] = rows;
    const high: readonly unknown[] = end === undefined ? [] : key.map((column) => end[column]);
    const upTo = high.length === 0 ? '' : ` AND ${keyed} <= (${placeholders(key, low.length)})`;
    await runStatement(engine, runner, {
      sql: `UPDATE ${quoteName(table)} SET ${sqlFor(engine.kind, options.set)} WHERE ${where}${after}${upTo}`,
      values: [...low, ...high],
      writes: true,
    });
    if (high.length === 0) return;
    low = high;
  }
}

function placeholders(key: readonly string[], from: number): string {
  return key.map((_, index) => `$${from + index + 1}`).join(', ');
}
