import { LRUCache } from 'lru-cache';
import type { UserHandle } from '../../database/handle.ts';
import * as queries from '../index.repository.ts';
import { blockOf, type Listing, LISTING, postingsId, readListing } from '../postings.ts';
import { readBlocks } from './unit-lists.ts';

/** Lists of entries by block. */
export type Listings = ReadonlyMap<number, Listing>;

/** Reads the lists of these blocks. */
export type ReadListings = (user: UserHandle, edition: string, blocks: readonly number[]) => Promise<Listings>;

interface Kept {
  readonly edition: string;
  readonly listings: Listings;
  readonly bytes: number;
}

const MOST_BYTES = 64 * 1_048_576;
/** Of an entry in a list that is read, and of the list itself. */
const ENTRY_BYTES = 24;
const LIST_BYTES = 400;

/**
 * Every search needs the lists of the blocks in which it finds something, whatever its words are, so they are kept while the
 * owner's index stays as it is. An edition is what no other state of an index has; it is looked at by each search.
 */
export class KeptListings {
  readonly #kept = new LRUCache<string, Kept>({ maxSize: MOST_BYTES, sizeCalculation: ({ bytes }) => bytes });

  readonly read: ReadListings = async (user, edition, blocks) => {
    const kept = this.#kept.get(user.userId);
    const known: Listings = kept?.edition === edition ? kept.listings : new Map<number, Listing>();
    const missing = blocks.filter((block) => !known.has(block));
    if (missing.length === 0) return known;
    const listings = new Map([...known, ...(await readListings(user, edition, missing))]);
    const bytes = [...listings.values()].reduce((sum, { count }) => sum + count * ENTRY_BYTES + LIST_BYTES, LIST_BYTES);
    this.#kept.set(user.userId, { edition, listings, bytes });
    return listings;
  };

  forget(userId: string): void {
    this.#kept.delete(userId);
  }
}

/** As they are in the database. */
export const readListings: ReadListings = async (user, _edition, blocks) => {
  if (blocks.length === 0) return new Map();
  const [first, last] = [Math.min(...blocks), Math.max(...blocks)];
  const rows =
    last - first < 2 * blocks.length
      ? await readBlocks(user, LISTING, [first, last])
      : await user.all(queries.findPostings, { ids: blocks.map((block) => postingsId(LISTING, block)) });
  return new Map(rows.map(({ id, postings }) => [blockOf(id), readListing(postings)]));
};
