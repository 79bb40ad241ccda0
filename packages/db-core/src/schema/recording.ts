import { createHash } from 'node:crypto';
import type { EngineKind } from '../engine/contract.ts';
import { type Step, StepCollector } from './context.ts';
import type { Migration } from './migration.ts';
import { outsideQuotes } from './statements.ts';

export type Direction = 'up' | 'down';

/** What a migration would do on an engine, without a database: its queries find nothing. */
async function recordSteps(migration: Migration, engine: EngineKind, direction: Direction): Promise<Step[]> {
  const steps: Step[] = [];
  const collector = new StepCollector(engine, migration, () => {
    steps.push(...collector.take(false));
    return Promise.resolve([]);
  });
  await migration[direction]?.(collector);
  steps.push(...collector.take(true));
  return steps;
}

export async function recordSql(migration: Migration, engine: EngineKind, direction: Direction): Promise<string[]> {
  return (await recordSteps(migration, engine, direction)).map(({ sql }) => sql);
}

const checksums = new WeakMap<Migration, Map<EngineKind, string>>();

/**
 * SHA-256 of the SQL that `up` gives, however the source is laid out or bundled; so a changed helper is noticed as well
 * as a changed migration. `down` isn't in it: mending one must not lock out every database that never ran it.
 */
export async function checksumOf(migration: Migration, engine: EngineKind): Promise<string> {
  let known = checksums.get(migration);
  if (known === undefined) checksums.set(migration, (known = new Map()));
  let checksum = known.get(engine);
  if (checksum === undefined) {
    const sql = (await recordSql(migration, engine, 'up')).map((text) =>
      outsideQuotes(text, (part) => part.replaceAll(/\s+/g, ' ')).trim(),
    );
    checksum = createHash('sha256').update(sql.join(';\n')).digest('hex');
    known.set(engine, checksum);
  }
  return checksum;
}
