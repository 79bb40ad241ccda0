import type { Engine } from '../engine/contract.ts';
import { MigrationBreakingError } from '../errors/index.ts';
import { type Instance, isOlder, readInstancesOf } from '../platform/instances.ts';

/** Keelson's own are numbered without a prefix; programs tell only of these which they know. */
const OWN_MIGRATION = /^\d{4}_/;
const NAMED = 5;

/** @throws MigrationBreakingError when programs live that were started with a schema older than one of these migrations */
export async function refuseBreaking(engine: Engine, names: readonly string[]): Promise<void> {
  const live = (await readInstancesOf(engine)) ?? [];
  // A migration of an application is due, so no program that runs was started with it.
  const older = live.filter(({ schemaVersion }) =>
    names.some((name) => !OWN_MIGRATION.test(name) || isOlder(schemaVersion, name)),
  );
  if (older.length === 0) return;
  const more = older.length > NAMED ? ` and ${older.length - NAMED} more` : '';
  throw new MigrationBreakingError(
    `Programs written for the schema before ${names.join(', ')} are running: ${older.slice(0, NAMED).map(nameOf).join(', ')}${more}.`,
    { details: { migrations: names, instances: older } },
  );
}

function nameOf({ kind, host, pid, appVersion }: Instance): string {
  return `${kind} ${appVersion} on ${host} (process ${pid})`;
}
