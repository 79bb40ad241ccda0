import type { Listing, PostingList } from '../postings.ts';
import { difference, EMPTY, intersection, union } from './lists.ts';
import type { SearchQuery, Unit } from './parse.ts';
import type { UnitLists } from './unit-lists.ts';

/** The usual ones: how soon a word that is repeated counts no more, and how much long texts are held against them. */
const K1 = 1.2;
const B = 0.75;

/** The figures of one kind of entries. */
export interface KindAverages {
  readonly entries: number;
  readonly length: number;
}

/** What of an index a ranking needs. All of it is the owner's own, so that nobody else's texts move a score. */
export interface RankingInput {
  readonly query: SearchQuery;
  readonly lists: (unit: Unit) => UnitLists;
  /** All entries of the owner, of whatever kind. */
  readonly entries: number;
  /** By the kind's number; entries of other kinds are left out. */
  readonly kinds: ReadonlyMap<number, KindAverages>;
  /** Milliseconds; the second one is left out. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

/** Entries that were found, in no order. */
export interface Matches {
  readonly numbers: Float64Array;
  readonly scores: Float64Array;
  /** Milliseconds. */
  readonly times: Float64Array;
}

/** The entries of each block that a query finds. */
export function candidatesOf(
  { groups, excluded, filters = [] }: SearchQuery,
  lists: RankingInput['lists'],
): Map<number, Uint32Array> {
  const [first, ...others] = [...groups, ...filters.map((filter) => [filter])].map((units) => units.map(lists));
  const without = excluded.map(lists);
  const found = new Map<number, Uint32Array>();
  for (const block of new Set((first ?? []).flatMap(({ blocks }) => [...blocks.keys()]))) {
    if (!others.every((group) => group.some(({ blocks }) => blocks.has(block)))) continue;
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
 * Scores candidates by BM25: rare words count more than common ones, repeated ones a little more than single ones, and
 * words of short texts more than those of long ones. A word's frequency is counted by the weights of its fields.
 */
export function rank(
  input: RankingInput,
  candidates: ReadonlyMap<number, Uint32Array>,
  listings: ReadonlyMap<number, Listing>,
): Matches {
  const { query, lists, entries, kinds, since = -Infinity, until = Infinity } = input;
  const units = query.groups.flat().map((unit) => {
    const { blocks, frequency } = lists(unit);
    return { blocks, idf: Math.log(1 + (entries - frequency + 0.5) / (frequency + 0.5)) };
  });
  const averages: number[] = [];
  for (const [number, { entries: count, length }] of kinds) averages[number] = length / count;
  const most = [...candidates.values()].reduce((sum, { length }) => sum + length, 0);
  const matches = { numbers: new Float64Array(most), scores: new Float64Array(most), times: new Float64Array(most) };
  const largest = [...listings.values()].reduce((max, listing) => Math.max(max, listing.count), 0);
  // Made once for all blocks: there are hundreds of them.
  const rows = new Uint32Array(largest);
  const norms = new Float64Array(largest);
  const scores = new Float64Array(largest);
  let count = 0;
  for (const [block, numbers] of candidates) {
    const listing = listings.get(block);
    if (listing === undefined) continue;
    findRows(rows, listing, numbers);
    findNorms(norms, listing, averages);
    scores.fill(0);
    for (const { blocks, idf } of units) {
      const list = blocks.get(block);
      if (list !== undefined) addScores(scores, { idf, weights: weightsOf(list, numbers), rows, norms });
    }
    for (let index = 0; index < numbers.length; index += 1) {
      const row = rows[index] as number;
      const time = listing.times[row] as number;
      // What isn't listed was taken out after its words were read; what has no norm is of a kind that isn't asked for.
      if (row === listing.count || Number.isNaN(norms[row]) || time < since || time >= until) continue;
      matches.numbers[count] = numbers[index] as number;
      matches.scores[count] = scores[index] as number;
      matches.times[count] = time;
      count += 1;
    }
  }
  return {
    numbers: matches.numbers.subarray(0, count),
    scores: matches.scores.subarray(0, count),
    times: matches.times.subarray(0, count),
  };
}

// What follows runs for every entry that has a word: plain loops over columns, each of which does one thing.

/** The row of each number in a listing; the count of rows for one that isn't there. Both are in ascending order. */
function findRows(rows: Uint32Array, { count, numbers: listed }: Listing, numbers: Uint32Array): void {
  let row = 0;
  for (let index = 0; index < numbers.length; index += 1) {
    const number = numbers[index] as number;
    while (row < count && (listed[row] as number) < number) row += 1;
    rows[index] = row < count && listed[row] === number ? row : count;
  }
}

/** How much the length of each entry in a listing is held against it; NaN for kinds without an average. */
function findNorms(norms: Float64Array, { count, kinds, lengths }: Listing, averages: readonly number[]): void {
  for (let row = 0; row < count; row += 1) {
    const average = averages[kinds[row] as number] ?? Number.NaN;
    norms[row] = K1 * (1 - B + (B * (lengths[row] as number)) / average);
  }
}

interface UnitScores {
  readonly idf: number;
  /** Of each candidate. */
  readonly weights: Float64Array;
  readonly rows: Uint32Array;
  readonly norms: Float64Array;
}

/** Adds what one unit gives each candidate. */
function addScores(scores: Float64Array, { idf, weights, rows, norms }: UnitScores): void {
  const factor = idf * (K1 + 1);
  for (let index = 0; index < weights.length; index += 1) {
    const weight = weights[index] as number;
    if (weight > 0)
      scores[index] =
        (scores[index] as number) + (factor * weight) / (weight + (norms[rows[index] as number] as number));
  }
}

/** What a word weighs in each of the entries; 0 in those that haven't got it. */
function weightsOf(list: PostingList, numbers: Uint32Array): Float64Array {
  // All entries of the list are asked for: they are the same ones.
  if (list.numbers.length === numbers.length && list.numbers[0] === numbers[0] && isSame(list.numbers, numbers))
    return list.weights;
  const weights = new Float64Array(numbers.length);
  let at = 0;
  for (let index = 0; index < numbers.length; index += 1) {
    const number = numbers[index] ?? 0;
    while (at < list.numbers.length && (list.numbers[at] ?? 0) < number) at += 1;
    if (list.numbers[at] === number) weights[index] = list.weights[at] ?? 0;
  }
  return weights;
}

function isSame(one: Uint32Array, other: Uint32Array): boolean {
  for (let index = 0; index < one.length; index += 1) if (one[index] !== other[index]) return false;
  return true;
}
