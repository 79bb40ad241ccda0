import type { UserHandle } from '../../database/handle.ts';
import * as queries from '../index.repository.ts';
import type { IndexState } from '../state.ts';
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

/** The entities of one owner that a query finds, best first. One ranked list; another way to rank gives another one. */
export class TextRanking {
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
    const candidates = candidatesOf(query, lists.of);
    const listings = await readListings(user, state.edition, [...candidates.keys()]);
    const kinds = new Map(
      filters.kinds.flatMap((kind) => {
        const figures = state.kinds.get(kind);
        return figures === undefined ? [] : [[figures.number, figures] as const];
      }),
    );
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

  /** Was something left out, so that a better result may be missing? */
  get isBounded(): boolean {
    return this.#isBounded;
  }

  /** The next ones after a place: by score, then the latest, then by id. At least so many, where there are. */
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

function inOrder(one: Place, other: Place): number {
  return compare(one, other) || (one.id < other.id ? -1 : Number(one.id > other.id));
}
