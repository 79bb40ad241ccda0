import { ValidationError } from '../errors/index.ts';

/** One ranking: ids, the best first. */
export interface RankedList {
  /** How much this ranking counts beside the others; above 0. */
  readonly weight: number;
  /** Of an id that comes again only the first place counts. */
  readonly ids: readonly string[];
}

export interface FuseOptions {
  /** How little the very first places differ: a place is worth `weight / (k + place)`, from 1. Default: 60. */
  readonly k?: number;
  /** How many to give. Default: all. */
  readonly limit?: number;
}

export interface FusedRank {
  readonly id: string;
  readonly score: number;
}

/**
 * Makes one ranking of several by weighted reciprocal rank: places count, and scores that can't be compared, such as BM25
 * and cosine, don't. The best first; equal ones by id. The order in which the lists are given makes no difference.
 *
 * @throws ValidationError for a weight, k or limit that is none
 * @example
 * ```ts
 * fuseRanks([{ weight: 1, ids: byWords }, { weight: 0.5, ids: byMeaning }], { limit: 20 });
 * ```
 */
export function fuseRanks(lists: readonly RankedList[], { k = 60, limit }: FuseOptions = {}): readonly FusedRank[] {
  assertAbove('k', k, 0);
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 0))
    throw new ValidationError('The limit of a ranking must be a whole number from 0.');
  const worths = new Map<string, number[]>();
  for (const { weight, ids } of lists) {
    assertAbove('weight', weight, 0);
    for (const [index, id] of [...new Set(ids)].entries()) {
      const worth = weight / (k + index + 1);
      const known = worths.get(id);
      if (known === undefined) worths.set(id, [worth]);
      else known.push(worth);
    }
  }
  // Sums of the same numbers in another order differ in their last digit.
  const sum = (values: readonly number[]): number => values.toSorted((a, b) => a - b).reduce((a, b) => a + b, 0);
  return [...worths]
    .map(([id, values]): FusedRank => ({ id, score: sum(values) }))
    .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
    .slice(0, limit);
}

function assertAbove(name: string, value: number, least: number): void {
  if (Number.isFinite(value) && value > least) return;
  throw new ValidationError(`The ${name} of a ranking must be a number above ${least}.`);
}
