import type { ChangeConsumer } from '../changes/contract.ts';
import type { Database } from '../database/database.ts';
import { type Erasure, pseudonymOf } from './ledger.ts';
import { Statements } from './statements.ts';

/** A consumer of the change feed, which may keep copies of what changed: a mirror, for example. */
export interface ToldConsumer {
  readonly name: string;
  /** Has it handled the changes by which the erased rows went? */
  readonly isCurrent: boolean;
}

export interface ToldConsumers {
  readonly consumers: readonly ToldConsumer[];
  /** What may still lie with those that aren't current. */
  readonly lines: readonly string[];
}

/** Who is further behind isn't looked at closely. */
const MOST_BEHIND = 10_000;
const PAGE = 5000;

/** Which consumers have come past an erasure whose rows are gone, as far as they have told. */
export async function toldConsumers(database: Database, erasure: Erasure): Promise<ToldConsumers> {
  const found = await database.changes.consumers();
  if (found.length === 0) return { consumers: [], lines: [] };
  const rows = await new Statements(database).rows('care.positions', 'SELECT name, position FROM change_consumers', []);
  const positions = new Map(rows.map((row) => [row['name'] as string, row['position'] as string | null]));
  const consumers: ToldConsumer[] = [];
  const lines: string[] = [];
  for (const consumer of found) {
    const position = positions.get(consumer.name) ?? undefined;
    const isCurrent = await hasHandled(database, { consumer, position, erasure });
    consumers.push({ name: consumer.name, isCurrent });
    if (!isCurrent) lines.push(lineOf(consumer));
  }
  return { consumers, lines };
}

interface Question {
  readonly consumer: ChangeConsumer;
  readonly position: string | undefined;
  readonly erasure: Erasure;
}

/** Of an owner's rows the feed has the pseudonym by now; and of a single row, it goes after all that belongs to it. */
async function hasHandled(database: Database, { consumer, position, erasure }: Question): Promise<boolean> {
  const { behind } = consumer;
  if (behind === null || behind >= MOST_BEHIND) return false;
  if (behind === 0) return true;
  const owner = pseudonymOf(erasure);
  let after = position;
  for (;;) {
    const batch = await database.changes.read({ after, limit: PAGE });
    const isAbout = batch.changes.some(
      ({ userId, table, key }) => userId === owner || (table === erasure.table && key === erasure.rowId),
    );
    if (isAbout) return false;
    if (!batch.more) return true;
    after = batch.position;
  }
}

function lineOf({ name, behind, isRunning }: ChangeConsumer): string {
  const state = isRunning ? 'it is at work' : 'it is not at work';
  const how =
    behind === null
      ? `until it has read everything anew (${state})`
      : `until it has handled the changes that it is behind (${behind.toLocaleString('en')}; ${state})`;
  return `What the consumer ${name} of the change feed keeps, ${how}.`;
}
