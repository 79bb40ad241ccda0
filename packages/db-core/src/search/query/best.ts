/** Where a page ended: what comes after it has a lower score, or an earlier time, or a later id. */
export interface Place {
  readonly score: number;
  /** Milliseconds. */
  readonly at: number;
  readonly id: string;
}

export interface Match {
  readonly number: number;
  readonly score: number;
  /** Milliseconds. */
  readonly at: number;
}

/** Entries that are equally good at the end of a page, and that only their ids put in order. */
const MOST_EQUAL = 1000;

/**
 * The best of many matches after a place, at least `count` where there are so many, with all that are as good as the last of
 * them and all that are as good as the place itself: their ids, which aren't known here, decide between them.
 */
export class Best {
  /** Matches with a lower score, or a higher one than `ceiling`, need not be offered: most of them, soon. */
  floor = Number.NEGATIVE_INFINITY;
  readonly ceiling: number;
  readonly #count: number;
  readonly #after: Place | undefined;
  readonly #top: Match[] = [];
  /** As good as the last of the top, when that has as many as it may have. */
  #asLast: Match[] = [];
  readonly #asPlace: Match[] = [];

  constructor(count: number, after: Place | undefined) {
    this.#count = count;
    this.#after = after;
    this.ceiling = after?.score ?? Number.POSITIVE_INFINITY;
  }

  /** In the order of numbers. */
  offer(match: Match): void {
    const place = this.#after === undefined ? 1 : compare(match, this.#after);
    if (place < 0) return;
    if (place === 0) {
      keep(this.#asPlace, match);
      return;
    }
    const top = this.#top;
    const last = top.length < this.#count ? undefined : top.at(-1);
    const order = last === undefined ? -1 : compare(match, last);
    if (order === 0) keep(this.#asLast, match);
    if (order >= 0) return;
    top.splice(placeIn(top, match), 0, match);
    const passed = top.length > this.#count ? top.pop() : undefined;
    if (passed !== undefined) this.#pass(passed);
    if (top.length === this.#count) this.floor = top.at(-1)?.score ?? this.floor;
  }

  /** Was more left out than is equally good? */
  get isBounded(): boolean {
    return this.#asLast.length + this.#asPlace.length > MOST_EQUAL;
  }

  taken(): readonly Match[] {
    const equal = [...this.#asPlace, ...this.#asLast].sort((one, other) => one.number - other.number);
    return [...this.#top, ...equal.slice(0, MOST_EQUAL)];
  }

  /** What the top had no room for: it came before those that were only as good as it. */
  #pass(passed: Match): void {
    const last = this.#top.at(-1);
    this.#asLast = last !== undefined && compare(passed, last) === 0 ? [passed, ...this.#asLast] : [];
  }
}

/** One more than are shown tells that there are more. */
function keep(equal: Match[], match: Match): void {
  if (equal.length <= MOST_EQUAL) equal.push(match);
}

/** Below zero when the first comes first: the higher score, then the later time. */
export function compare(one: Omit<Match, 'number'>, other: Omit<Match, 'number'>): number {
  return other.score - one.score || other.at - one.at;
}

function placeIn(top: readonly Match[], match: Match): number {
  let low = 0;
  let high = top.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(top[middle] as Match, match) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
