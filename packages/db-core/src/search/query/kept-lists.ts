import { LRUCache } from 'lru-cache';
import { type Listings, readListings, type ReadListings } from './listings.ts';
import { type AnyOf, readWords, type ReadWords, type UnitLists } from './word-lists.ts';

/** Reads what a search needs of an index. */
export interface ReadLists {
  readonly listings: ReadListings;
  readonly words: ReadWords;
}

/** As it is in the database. */
export const readLists: ReadLists = { listings: readListings, words: readWords };

/** An edition is what no other state of an index has; it is looked at by each search. */
interface Kept<Value> {
  readonly edition: string;
  readonly value: Value;
  readonly bytes: number;
}

const MOST_BYTES = 64 * 1_048_576;
/** Of an entry in a list that is read, and of the list itself. */
const LISTED_BYTES = 32;
const POSTING_BYTES = 12;
const LIST_BYTES = 400;

/**
 * Every search needs the lists of the blocks in which it finds something, whatever its words are, and people search for the
 * same words again, page by page: both are kept while the owner's index stays as it is.
 */
export class KeptLists implements ReadLists {
  readonly #listings = newCache<Listings>();
  /** By owner and words. */
  readonly #words = newCache<UnitLists>();

  readonly listings: ReadListings = async (user, state, blocks) => {
    const { edition } = state;
    const kept = this.#listings.get(user.userId);
    const known: Listings = kept?.edition === edition ? kept.value : new Map();
    const missing = blocks.filter((block) => !known.has(block));
    if (missing.length === 0) return known;
    const value = new Map([...known, ...(await readListings(user, state, missing))]);
    const bytes = [...value.values()].reduce((sum, { count }) => sum + count * LISTED_BYTES + LIST_BYTES, LIST_BYTES);
    this.#listings.set(user.userId, { edition, value, bytes });
    return value;
  };

  readonly words: ReadWords = async (user, state, choices) => {
    const { edition } = state;
    const lists = choices.map((choice) => {
      const kept = this.#words.get(keyOf(user.userId, choice));
      return kept?.edition === edition ? kept.value : undefined;
    });
    const missing = choices.flatMap((choice, index) => (lists[index] === undefined ? [{ choice, index }] : []));
    const read = await readWords(
      user,
      state,
      missing.map(({ choice }) => choice),
    );
    for (const [at, { choice, index }] of missing.entries()) {
      const value = read[at];
      if (value === undefined) continue;
      this.#words.set(keyOf(user.userId, choice), { edition, value, bytes: bytesOf(value) });
      lists[index] = value;
    }
    return lists.filter((list) => list !== undefined);
  };

  forget(userId: string): void {
    this.#listings.delete(userId);
    for (const key of this.#words.keys()) if (key.startsWith(keyOf(userId, []))) this.#words.delete(key);
  }
}

function newCache<Value>(): LRUCache<string, Kept<Value>> {
  return new LRUCache({ maxSize: MOST_BYTES, sizeCalculation: ({ bytes }) => bytes });
}

/** Neither users' ids nor words have control characters in them. */
function keyOf(userId: string, choice: AnyOf): string {
  return `${userId}\n${choice.join(' ')}`;
}

function bytesOf({ blocks, frequency }: UnitLists): number {
  return frequency * POSTING_BYTES + (blocks.size + 1) * LIST_BYTES;
}
