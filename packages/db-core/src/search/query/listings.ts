import type { UserHandle } from '../../database/handle.ts';
import * as queries from '../index.repository.ts';
import { blockOf, LISTING, postingsId, readListing } from '../postings.ts';
import type { IndexState } from '../state.ts';
import { normOf } from './rank.ts';
import { readBlocks } from './word-lists.ts';

/** A block's entries by column, in the order of their numbers. */
export interface ListedBlock {
  readonly count: number;
  readonly numbers: Uint32Array;
  readonly kinds: Uint32Array;
  /** Milliseconds. */
  readonly times: Float64Array;
  /** How much its length is held against each. */
  readonly norms: Float64Array;
}

/** Lists of entries by block. */
export type Listings = ReadonlyMap<number, ListedBlock>;

/** Reads the lists of these blocks. */
export type ReadListings = (user: UserHandle, state: IndexState, blocks: readonly number[]) => Promise<Listings>;

/** As they are in the database. */
export const readListings: ReadListings = async (user, state, blocks) => {
  if (blocks.length === 0) return new Map();
  const [first, last] = [Math.min(...blocks), Math.max(...blocks)];
  const rows =
    last - first < 2 * blocks.length
      ? await readBlocks(user, LISTING, [first, last])
      : await user.all(queries.findPostings, { ids: blocks.map((block) => postingsId(LISTING, block)) });
  const averages: number[] = [];
  for (const { number, length, entries } of state.kinds.values()) averages[number] = length / entries;
  return new Map(rows.map(({ id, postings }) => [blockOf(id), listedBlock(postings, averages)]));
};

function listedBlock(postings: Uint8Array, averages: readonly number[]): ListedBlock {
  const { lengths, ...columns } = readListing(postings);
  const norms = lengths;
  for (let row = 0; row < norms.length; row += 1) {
    // A kind without figures has no entries.
    const average = averages[columns.kinds[row] as number] ?? Number.NaN;
    norms[row] = normOf(lengths[row] as number, average);
  }
  return { ...columns, norms };
}
