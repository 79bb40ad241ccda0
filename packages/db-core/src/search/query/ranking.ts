import type { UserHandle } from '../../database/handle.ts';
import * as queries from '../index.repository.ts';
import type { IndexState, KindFigures } from '../state.ts';
import { bestOf, compare, type Place } from './best.ts';
import type { ReadListings } from './listings.ts';
import type { SearchQuery } from './parse.ts';
import { candidatesOf, type Matches, rank } from './rank.ts';
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
  readonly readListings: ReadListings;
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
  readonly #matches: Matches;
  #isBounded: boolean;

  private constructor(user: UserHandle, matches: Matches, isBounded: boolean) {
    this.#user = user;
    this.#matches = matches;
    this.#isBounded = isBounded;
  }

  static async of(user: UserHandle, { query, state, filters, readListings }: RankingOptions): Promise<TextRanking> {
    const lists = await readUnitLists(user, query, state.lastBlock);
    // Filters alone find nothing: there is nothing to rank by.
    const candidates = query.groups.length === 0 ? new Map<number, Uint32Array>() : candidatesOf(query, lists.of);
    const listings = await readListings(user, state.edition, [...candidates.keys()]);
    const kinds = figuresOf(state, filters.kinds);
    const input = {
      query,
      lists: lists.of,
      entries: state.entries,
      kinds,
      since: filters.since?.getTime(),
      until: filters.until?.getTime(),
    };
    return new TextRanking(user, rank(input, candidates, listings), lists.isBounded);
  }

  get isBounded(): boolean {
    return this.#isBounded;
  }

  async next(count: number, after: Place | undefined): Promise<RankedEntity[]> {
    const { best, isBounded } = bestOf(this.#matches, count, after);
    this.#isBounded ||= isBounded;
    if (best.length === 0) return [];
    const rows = await this.#user.all(queries.findEntryIds, { numbers: best.map(({ number }) => number) });
    const ids = new Map(rows.map(({ number, id }) => [number, id]));
    return best
      .flatMap(({ number, score, at }) => {
        const id = ids.get(number);
        return id === undefined ? [] : [{ id, score, at }];
      })
      .filter((entity) => after === undefined || inOrder(after, entity) < 0)
      .sort(inOrder);
  }
}

/** The figures of some kinds, by their numbers in the index. */
export function figuresOf(state: IndexState, kinds: readonly string[]): Map<number, KindFigures> {
  return new Map(
    kinds.flatMap((kind) => {
      const figures = state.kinds.get(kind);
      return figures === undefined ? [] : [[figures.number, figures] as const];
    }),
  );
}

export function inOrder(one: Place, other: Place): number {
  return compare(one, other) || (one.id < other.id ? -1 : Number(one.id > other.id));
}
