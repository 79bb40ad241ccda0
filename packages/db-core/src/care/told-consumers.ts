import type { ChangeConsumer } from '../changes/contract.ts';
import type { Database } from '../database/database.ts';

/** A consumer of the change feed, which may keep copies of what changed: a mirror, for example. */
export interface ToldConsumer {
  readonly name: string;
  /** Has it handled every change up to now, those of the erasure among them? */
  readonly isCurrent: boolean;
}

/** The consumers that have a name, and what may still lie with those that aren't current. */
export async function toldConsumers(
  database: Database,
): Promise<{ readonly consumers: readonly ToldConsumer[]; readonly lines: readonly string[] }> {
  const found = await database.changes.consumers();
  return {
    consumers: found.map(({ name, behind }) => ({ name, isCurrent: behind === 0 })),
    lines: found.filter(({ behind }) => behind !== 0).map(lineOf),
  };
}

function lineOf({ name, behind, isRunning }: ChangeConsumer): string {
  const state = isRunning ? 'it is at work' : 'it is not at work';
  const how =
    behind === null
      ? `until it has read everything anew (${state})`
      : `until it has handled the changes before it (${behind.toLocaleString('en')}; ${state})`;
  return `What the consumer ${name} of the change feed keeps, ${how}.`;
}
