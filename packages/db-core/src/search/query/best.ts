import type { Matches } from './rank.ts';

/** Where a page ended: what comes after it has a lower score, or an earlier time, or a later id. */
export interface Place {
  readonly score: number;
  /** Milliseconds. */
  readonly at: number;
  readonly id: string;
}

export interface Best {
  readonly number: number;
  readonly score: number;
  readonly at: number;
}

/** Entries that are equally good at the end of a page, and that only their ids put in order. */
const MOST_EQUAL = 1000;

/**
 * The best matches after a place, at least `count` where there are so many, with all that are as good as the last of them
 * and all that are as good as the place itself: their ids, which aren't known here, decide between them.
 */
export function bestOf(
  { numbers, scores, times }: Matches,
  count: number,
  after: Place | undefined,
): { readonly best: readonly Best[]; readonly isBounded: boolean } {
  const top: Best[] = [];
  const equal: Best[] = [];
  const at = (index: number): Best => ({
    number: numbers[index] ?? 0,
    score: scores[index] ?? 0,
    at: times[index] ?? 0,
  });
  let worst: Best | undefined;
  for (let index = 0; index < numbers.length; index += 1) {
    // Most are worse than what there is already, and are passed over by their score alone.
    if (worst !== undefined && (scores[index] ?? 0) < worst.score) continue;
    const match = at(index);
    const place = after === undefined ? 1 : compare(match, after);
    if (place < 0) continue;
    if (place === 0) equal.push(match);
    else if (worst === undefined || compare(match, worst) < 0) {
      top.splice(placeIn(top, match), 0, match);
      if (top.length > count) top.pop();
      if (top.length === count) worst = top.at(-1);
    }
  }
  if (worst !== undefined) {
    const known = new Set(top.map(({ number }) => number));
    for (let index = 0; index < numbers.length; index += 1) {
      if (scores[index] === worst.score && times[index] === worst.at && !known.has(numbers[index] ?? 0))
        equal.push(at(index));
    }
  }
  equal.sort((one, other) => one.number - other.number);
  return { best: [...top, ...equal.slice(0, MOST_EQUAL)], isBounded: equal.length > MOST_EQUAL };
}

/** Below zero when the first comes first: the higher score, then the later time. */
export function compare(one: Omit<Best, 'number'>, other: Omit<Best, 'number'>): number {
  return other.score - one.score || other.at - one.at;
}

function placeIn(top: readonly Best[], match: Best): number {
  let low = 0;
  let high = top.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(top[middle] as Best, match) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
