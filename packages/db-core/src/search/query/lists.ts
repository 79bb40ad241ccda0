import { unpackPositions, unpackPostings, type PostingList, type PostingsRow } from '../postings.ts';

/** Entries that have any of the words, with what the words weigh together. */
export function union(lists: readonly PostingList[]): PostingList {
  const [first = EMPTY, ...others] = lists;
  return others.reduce(sum, first);
}

function sum(one: PostingList, other: PostingList): PostingList {
  const most = one.numbers.length + other.numbers.length;
  const numbers = new Uint32Array(most);
  const weights = new Float64Array(most);
  let count = 0;
  let left = 0;
  let right = 0;
  while (left < one.numbers.length || right < other.numbers.length) {
    // After the end of one of them it is the other's turn.
    const a = one.numbers[left] ?? Number.POSITIVE_INFINITY;
    const b = other.numbers[right] ?? Number.POSITIVE_INFINITY;
    numbers[count] = Math.min(a, b);
    weights[count] = (a <= b ? (one.weights[left] ?? 0) : 0) + (b <= a ? (other.weights[right] ?? 0) : 0);
    count += 1;
    if (a <= b) left += 1;
    if (b <= a) right += 1;
  }
  return { numbers: numbers.subarray(0, count), weights: weights.subarray(0, count) };
}

export const EMPTY: PostingList = { numbers: new Uint32Array(0), weights: new Float64Array(0) };

/** Numbers that are in both; each is in ascending order. */
export function intersection(one: Uint32Array, other: Uint32Array): Uint32Array {
  const both = new Uint32Array(Math.min(one.length, other.length));
  let count = 0;
  let left = 0;
  let right = 0;
  while (left < one.length && right < other.length) {
    const a = one[left] ?? 0;
    const b = other[right] ?? 0;
    if (a === b) both[count++] = a;
    if (a <= b) left += 1;
    if (b <= a) right += 1;
  }
  return both.subarray(0, count);
}

/** Numbers of the first that aren't in the second. */
export function difference(one: Uint32Array, other: Uint32Array): Uint32Array {
  if (other.length === 0) return one;
  const without = new Set(other);
  return one.filter((number) => !without.has(number));
}

/**
 * Entries that have words next to each other. Each time counts as much as the lightest of the words does on average there.
 */
export function phraseMatches(rows: readonly { readonly row: PostingsRow; readonly offset: number }[]): PostingList {
  const unpacked = rows.map(({ row, offset }) => ({
    offset,
    byNumber: new Map(unpackPostings(row).map((posting) => [posting.number, posting])),
  }));
  const rarest = unpacked.toSorted((one, other) => one.byNumber.size - other.byNumber.size)[0];
  const numbers: number[] = [];
  const weights: number[] = [];
  for (const number of rarest?.byNumber.keys() ?? []) {
    const words = unpacked.flatMap(({ offset, byNumber }) => {
      const posting = byNumber.get(number);
      return posting === undefined ? [] : [{ offset, posting }];
    });
    if (words.length < rows.length) continue;
    const places = words.map(({ offset, posting }) => ({
      weight: posting.weight,
      positions: unpackPositions(posting.positions).map((position) => position - offset),
    }));
    const times = countCommon(places.map(({ positions }) => positions));
    if (times === 0) continue;
    numbers.push(number);
    weights.push(times * Math.min(...places.map(({ weight, positions }) => weight / positions.length)));
  }
  return { numbers: Uint32Array.from(numbers), weights: Float64Array.from(weights) };
}

function countCommon([first = [], ...others]: readonly (readonly number[])[]): number {
  const sets = others.map((positions) => new Set(positions));
  return first.filter((position) => sets.every((set) => set.has(position))).length;
}
