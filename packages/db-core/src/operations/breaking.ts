import type { Engine } from '../engine/contract.ts';
import { MigrationBreakingError } from '../errors/index.ts';
import { type Instance, isOlder, readInstancesOf } from '../platform/instances.ts';

/** Keelson's own are numbered without a prefix; programs tell only of these which they know. */
const OWN_MIGRATION = /^\d{4}_/;
const NAMED = 5;

/**
 * Up: programs that were started with an older schema than one of these migrations can't go on after it. Down: those that
 * were started with one that is to be undone can't.
 *
 * @throws MigrationBreakingError when such programs live
 */
export async function refuseBreaking(
  engine: Engine,
  names: readonly string[],
  direction: 'up' | 'down',
): Promise<void> {
  const live = (await readInstancesOf(engine)) ?? [];
  // Of an application's migration programs don't tell whether they were started with it: going up none was, it is due.
  const broken = live.filter(({ schemaVersion }) =>
    names.some((name) => !OWN_MIGRATION.test(name) || isOlder(schemaVersion, name) === (direction === 'up')),
  );
  if (broken.length === 0) return;
  const more = broken.length > NAMED ? ` and ${broken.length - NAMED} more` : '';
  const what =
    direction === 'up' ? `written for the schema before ${names.join(', ')}` : `that work with ${names.join(', ')}`;
  throw new MigrationBreakingError(
    `Programs ${what} are running: ${broken.slice(0, NAMED).map(nameOf).join(', ')}${more}.`,
    { details: { migrations: names, instances: broken } },
  );
}

function nameOf({ kind, host, pid, appVersion }: Instance): string {
  return `${kind} ${appVersion} on ${host} (process ${pid})`;
}
