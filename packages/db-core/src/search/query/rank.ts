import type { PostingList } from '../postings.ts';
import type { Best } from './best.ts';
import type { Listings } from './listings.ts';
import { difference, EMPTY, intersection, union } from './lists.ts';
import type { SearchQuery, Unit } from './parse.ts';
import type { UnitLists } from './word-lists.ts';

/** The usual ones: how soon a word that is repeated counts no more, and how much long texts are held against them. */
const K1 = 1.2;
const B = 0.75;

/** How much an entry's length is held against it, beside the average of its kind. */
export function normOf(length: number, average: number): number {
  return K1 * (1 - B + (B * length) / average);
}

/** What of an index a ranking needs. All of it is the owner's own, so that nobody else's texts move a score. */
export interface RankingInput {
  readonly query: SearchQuery;
  readonly lists: (unit: Unit) => UnitLists;
  /** All entries of the owner, of whatever kind. */
  readonly entries: number;
  readonly candidates: Candidates;
  readonly listings: Listings;
  /** The numbers of kinds; entries of other kinds are left out. */
  readonly kinds: ReadonlySet<number>;
  /** Milliseconds; the second one is left out. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

/** Numbers of entries by block, both in ascending order. */
export type Candidates = ReadonlyMap<number, Uint32Array>;

/** The entries of each block that a query finds. */
export function candidatesOf(
  { groups, excluded, filters = [] }: SearchQuery,
  lists: RankingInput['lists'],
): Candidates {
  const [first, ...others] = [...groups, ...filters.map((filter) => [filter])].map((units) => units.map(lists));
  const without = excluded.map(lists);
  const found = new Map<number, Uint32Array>();
  const blocks = new Set((first ?? []).flatMap((unit) => [...unit.blocks.keys()]));
  for (const block of [...blocks].sort((one, other) => one - other)) {
    if (!others.every((group) => group.some((unit) => unit.blocks.has(block)))) continue;
    let numbers = numbersIn(first ?? [], block);
    for (const group of others) numbers = intersection(numbers, numbersIn(group, block));
    if (without.length > 0) numbers = difference(numbers, numbersIn(without, block));
    if (numbers.length > 0) found.set(block, numbers);
  }
  return found;
}

function numbersIn(units: readonly UnitLists[], block: number): Uint32Array {
  const lists = units.flatMap(({ blocks }) => blocks.get(block) ?? []);
  return lists.length === 1 ? (lists[0] ?? EMPTY).numbers : union(lists).numbers;
}

/**
 * Offers the candidates with their scores by BM25: rare words count more than common ones, repeated ones a little more than
 * single ones, and words of short texts more than those of long ones. A word's frequency is counted by the weights of its
 * fields.
 */
export function rank(input: RankingInput, best: Best): void {
  const { query, lists, entries, candidates, listings, kinds: asked, since = -Infinity, until = Infinity } = input;
  const units = query.groups.flat().map((unit) => {
    const { blocks, frequency } = lists(unit);
    return { blocks, factor: (K1 + 1) * Math.log(1 + (entries - frequency + 0.5) / (frequency + 0.5)) };
  });
  const isAsked: boolean[] = [];
  for (const kind of asked) isAsked[kind] = true;
  const largest = [...candidates.values()].reduce((most, { length }) => Math.max(most, length), 0);
  // Made once for all blocks: there are hundreds of them.
  const rows = new Uint32Array(largest);
  const scores = new Float64Array(largest);
  for (const [block, numbers] of candidates) {
    const listing = listings.get(block);
    if (listing === undefined) continue;
    const { count, kinds, times, norms } = listing;
    findRows(rows, listing.numbers, numbers);
    scores.fill(0);
    for (const { blocks, factor } of units) {
      const list = blocks.get(block);
      if (list !== undefined) addScores(scores, list, { factor, numbers, rows, norms });
    }
    for (let index = 0; index < numbers.length; index += 1) {
      const score = scores[index] as number;
      if (score < best.floor || score > best.ceiling) continue;
      const row = rows[index] as number;
      // What isn't listed was taken out after its words were read.
      if (row === count || isAsked[kinds[row] as number] !== true) continue;
      const at = times[row] as number;
      if (at >= since && at < until) best.offer({ number: numbers[index] as number, score, at });
    }
  }
}

// What follows runs for every entry that has a word: plain loops over columns, each of which does one thing.

/** The row of each number in a listing; the count of rows for one that isn't there. */
function findRows(rows: Uint32Array, listed: Uint32Array, numbers: Uint32Array): void {
  const count = listed.length;
  let row = 0;
  for (let index = 0; index < numbers.length; index += 1) {
    const number = numbers[index] as number;
    while (row < count && (listed[row] as number) < number) row += 1;
    rows[index] = row < count && listed[row] === number ? row : count;
  }
}

interface Scored {
  readonly factor: number;
  readonly numbers: Uint32Array;
  readonly rows: Uint32Array;
  readonly norms: Float64Array;
}

/** Adds what one unit gives each candidate that has it. */
function addScores(scores: Float64Array, list: PostingList, { factor, numbers, rows, norms }: Scored): void {
  const { numbers: having, weights } = list;
  const count = having.length;
  let at = 0;
  for (let index = 0; index < numbers.length; index += 1) {
    const number = numbers[index] as number;
    while (at < count && (having[at] as number) < number) at += 1;
    if (at === count) return;
    if (having[at] !== number) continue;
    const weight = weights[at] as number;
    scores[index] = (scores[index] as number) + (factor * weight) / (weight + (norms[rows[index] as number] as number));
  }
}
