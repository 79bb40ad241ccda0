import type { UserHandle } from '../../database/handle.ts';
import * as queries from '../index.repository.ts';
import type { IndexState } from '../state.ts';
import { Best, compare, type Place } from './best.ts';
import type { ReadLists } from './kept-lists.ts';
import type { SearchQuery } from './parse.ts';
import { candidatesOf, rank, type RankingInput } from './rank.ts';
import { readUnitLists } from './unit-lists.ts';

/** An entity that was found. */
export interface RankedEntity {
  /** `kind id`. */
  readonly id: string;
  readonly score: number;
  /** Milliseconds. */
  readonly at: number;
}

/** What a search goes by besides its query. */
export interface RankingFilters {
  /** Only these kinds. */
  readonly kinds: readonly string[];
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
}

export interface RankingOptions {
  readonly query: SearchQuery;
  readonly state: IndexState;
  readonly filters: RankingFilters;
  readonly readLists: ReadLists;
}

/** The entities of one owner that a search finds, best first. */
export interface Ranking {
  /** Was something left out, so that a better result may be missing? */
  readonly isBounded: boolean;
  /** The next ones after a place: by score, then the latest, then by id. At least so many, where there are. */
  next(count: number, after: Place | undefined): Promise<RankedEntity[]>;
  /** Which part of a text it was found by, where it wasn't its words. */
  partOf?(id: string): number | undefined;
}

/** By their words. */
export class TextRanking implements Ranking {
  readonly #user: UserHandle;
  readonly #input: RankingInput;
  #isBounded: boolean;

  private constructor(user: UserHandle, input: RankingInput, isBounded: boolean) {
    this.#user = user;
    this.#input = input;
    this.#isBounded = isBounded;
  }

  static async of(user: UserHandle, { query, state, filters, readLists }: RankingOptions): Promise<TextRanking> {
    const lists = await readUnitLists(user, query, { state, readWords: readLists.words });
    // Filters alone find nothing: there is nothing to rank by.
    const candidates = query.groups.length === 0 ? new Map<number, Uint32Array>() : candidatesOf(query, lists.of);
    const input = {
      query,
      lists: lists.of,
      entries: state.entries,
      candidates,
      listings: await readLists.listings(user, state, [...candidates.keys()]),
      kinds: numbersOf(state, filters.kinds),
      since: filters.since?.getTime(),
      until: filters.until?.getTime(),
    };
    return new TextRanking(user, input, lists.isBounded);
  }

  get isBounded(): boolean {
    return this.#isBounded;
  }

  async next(count: number, after: Place | undefined): Promise<RankedEntity[]> {
    const best = new Best(count, after);
    rank(this.#input, best);
    this.#isBounded ||= best.isBounded;
    const matches = best.taken();
    if (matches.length === 0) return [];
    const rows = await this.#user.all(queries.findEntryIds, { numbers: matches.map(({ number }) => number) });
    const ids = new Map(rows.map(({ number, id }) => [number, id]));
    return matches
      .flatMap(({ number, score, at }) => {
        const id = ids.get(number);
        return id === undefined ? [] : [{ id, score, at }];
      })
      .filter((entity) => after === undefined || inOrder(after, entity) < 0)
      .sort(inOrder);
  }
}

/** The numbers of some kinds in an index. */
export function numbersOf(state: IndexState, kinds: readonly string[]): ReadonlySet<number> {
  return new Set(kinds.flatMap((kind) => state.kinds.get(kind)?.number ?? []));
}

export function inOrder(one: Place, other: Place): number {
  return compare(one, other) || (one.id < other.id ? -1 : Number(one.id > other.id));
}
