import type { UserHandle } from '@keelson/db-core';
import * as queries from '../repositories/path.repository.ts';

/** Messages that follow each other in number as well. */
interface Run {
  readonly first: number;
  readonly last: number;
}

const RUNS_AT_ONCE = 1_000;

/**
 * The way from the first message to a given one. It knows its messages by their numbers, without having read them: a run
 * of a thousand messages is two numbers.
 */
export class Path {
  /** The newest first. */
  readonly #runs: readonly Run[];
  /** How many messages it has. */
  readonly length: number;

  constructor(runs: readonly Run[]) {
    this.#runs = runs;
    this.length = runs.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  }

  has(seq: number): boolean {
    return this.#runs.some(({ first, last }) => first <= seq && seq <= last);
  }

  /** Numbers downwards, from below the given one; without one, from the end. */
  newest(limit: number, before = Number.MAX_SAFE_INTEGER): readonly number[] {
    const seqs: number[] = [];
    for (const { first, last } of this.#runs) {
      for (let seq = Math.min(last, before - 1); seq >= first && seqs.length < limit; seq -= 1) seqs.push(seq);
    }
    return seqs;
  }

  /** Numbers upwards, from above the given one. */
  oldest(limit: number, after = 0): readonly number[] {
    const seqs: number[] = [];
    for (const { first, last } of this.#runs.toReversed()) {
      for (let seq = Math.max(first, after + 1); seq <= last && seqs.length < limit; seq += 1) seqs.push(seq);
    }
    return seqs;
  }

  /** The number of what a message of the path follows; 0 for the first. */
  parentOf(seq: number): number {
    return this.newest(1, seq)[0] ?? 0;
  }
}

/** The path that ends with the message of this number: one statement for a thousand branches. */
export async function readPath(user: UserHandle, conversationId: string, seq: number): Promise<Path> {
  const runs: Run[] = [];
  let last = seq;
  let isMore = last > 0;
  while (isMore) {
    const rows = await user.all(queries.listRuns, { conversationId, seq: last, limit: RUNS_AT_ONCE });
    for (const { first, parent } of rows.toSorted((a, b) => b.first - a.first)) {
      runs.push({ first, last });
      last = parent;
    }
    isMore = rows.length === RUNS_AT_ONCE && last > 0;
  }
  if (last > 0) runs.push({ first: 1, last });
  return new Path(runs);
}
