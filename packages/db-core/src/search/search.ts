import { setImmediate as breathe, setTimeout as sleep } from 'node:timers/promises';
import { type Database, isInsideTransaction, outsideTransaction } from '../database/database.ts';
import type { UserHandle } from '../database/handle.ts';
import { ConfigurationError, KeelsonError, ReadOnlyError } from '../errors/index.ts';
import { entityOf } from './change-index.ts';
import type { KeepIndexed, RefreshOptions, SearchHit, SearchInput, SearchPage, SearchStatus } from './contract.ts';
import * as queries from './index.repository.ts';
import { decodePlace, encodePlace, invalid, parseSearch } from './input.ts';
import type { Place } from './query/best.ts';
import { KeptListings, type ReadListings, readListings } from './query/listings.ts';
import { highlight, HighlightBudget } from './query/highlight.ts';
import { parseQuery, type SearchQuery } from './query/parse.ts';
import { type RankedEntity, TextRanking } from './query/ranking.ts';
import { eraseAll, markAll } from './rebuild.ts';
import { Refresher } from './refresh.ts';
import type { SearchSource, SourceRow } from './source.ts';
import { IndexState } from './state.ts';

/** What a search does itself of what changed: a few milliseconds' worth. */
const BEFORE_SEARCH = { marks: 20, bytes: 65_536, largest: 65_536 };
/** One transaction of whoever does the rest: on SQLite other writers wait for it. */
const BYTES_EACH = 1024;
const CHUNK = { marks: 100, bytes: 100 * BYTES_EACH };
const MOST_AT_ONCE = 10_000;
/** How often a page is filled up when rows that were found can't be seen any more. */
const ROUNDS = 10;
const POLL_MS = 500;

/**
 * Search in the texts of all domains. A domain declares its sources; triggers mark what changes, in the transaction that
 * changes it; {@link keepIndexed} and searches themselves bring the index in step.
 *
 * @example
 * ```ts
 * const search = new Search(database, conversationSources);
 * const { items } = await search.search('ada', { query: 'release "next week"' });
 * ```
 */
export class Search {
  readonly #database: Database;
  readonly #sources: ReadonlyMap<string, SearchSource>;
  readonly #refresher: Refresher;
  readonly #kept = new KeptListings();

  /** @throws ConfigurationError when two sources have the same kind */
  constructor(database: Database, sources: readonly SearchSource[]) {
    this.#database = database;
    this.#sources = new Map(sources.map((source) => [source.kind, source]));
    if (this.#sources.size < sources.length)
      throw new ConfigurationError('Two search sources have the same kind.', { hint: 'Give each a kind of its own.' });
    this.#refresher = new Refresher(this.#sources);
  }

  /** A replica may show the index as it was before another one did: what one of them has is not kept under the other's edition. */
  get #readListings(): ReadListings {
    return this.#database.config.read.replicas.length === 0 ? this.#kept.read : readListings;
  }

  /** The kinds that are declared. */
  get kinds(): readonly string[] {
    return [...this.#sources.keys()].sort();
  }

  /**
   * What the user wrote just now is found, too: a few changes are indexed first, unless this is called inside a
   * transaction. `isCurrent` says whether there are more.
   *
   * @throws ValidationError that names what is wrong; any query that isn't too long is a good one
   */
  async search(userId: string, input: SearchInput): Promise<SearchPage> {
    const user = this.#database.forUser(userId);
    const { query: text, limit, cursor, kinds = this.kinds, since, until } = parseSearch(input);
    const unknown = kinds.filter((kind) => !this.#sources.has(kind));
    if (unknown.length > 0) throw invalid([{ path: 'kinds', message: `must be among ${this.kinds.join(', ')}` }]);
    const query = parseQuery(text);
    const after = decodePlace(cursor);
    const isCurrent = await this.#catchUp(user);
    const state = await IndexState.find(user);
    if (state === undefined) return { items: [], nextCursor: null, isCurrent, isOutdated: false, isBounded: false };
    const ranking = await TextRanking.of(user, {
      query,
      state,
      filters: { kinds, since, until },
      readListings: this.#readListings,
    });
    const { items, nextCursor } = await this.#page(user, { ranking, query, limit, after });
    const isOutdated = state.isOutdated([...this.#sources.values()]);
    return { items, nextCursor, isCurrent, isOutdated, isBounded: ranking.isBounded };
  }

  /** How far the owner's index is. */
  async status(userId: string): Promise<SearchStatus> {
    const user = this.#database.forUser(userId);
    const state = await IndexState.find(user);
    const pending = (await user.first(queries.countMarks, { kinds: this.kinds }))?.count ?? 0;
    const entries = Object.fromEntries(this.kinds.map((kind) => [kind, state?.kinds.get(kind)?.entries ?? 0]));
    return { entries, pending, isOutdated: state?.isOutdated([...this.#sources.values()]) ?? false };
  }

  /**
   * Indexes what the owner changed, chunk by chunk, each in a transaction of its own; inside a transaction, in that one.
   * Gives how many changes that were.
   */
  async refresh(userId: string, { signal, onProgress, chunk = CHUNK.marks }: RefreshOptions = {}): Promise<number> {
    const user = this.#database.forUser(userId);
    if (!Number.isInteger(chunk) || chunk < 1 || chunk > MOST_AT_ONCE)
      throw invalid([{ path: 'chunk', message: `must be from 1 to ${MOST_AT_ONCE}` }]);
    const limits = { marks: chunk, bytes: chunk * BYTES_EACH };
    let done = 0;
    for (;;) {
      signal?.throwIfAborted();
      const { marks, more } = await this.#refresher.refresh(user, limits);
      done += marks;
      await onProgress?.(done);
      if (!more) return done;
      await breathe();
    }
  }

  /**
   * Has everything that the owner has looked at again by the next {@link refresh}. What was indexed stays found meanwhile.
   * Gives how many rows are to be looked at.
   */
  async markAll(userId: string): Promise<number> {
    return markAll(this.#database.forUser(userId), this.#sources.values());
  }

  /**
   * Takes everything of the owner out of the index. Whoever erases an owner does it in the transaction in which the texts
   * go, or after it; rows that are there yet are found again once they change or are marked.
   */
  async erase(userId: string): Promise<void> {
    await this.#database.transaction(userId, async (user) => {
      await IndexState.hold(user, new Date());
      await eraseAll(user);
      await user.run(queries.eraseIndex);
    });
    this.#kept.forget(userId);
  }

  /** Owners whose index was made by another tokeniser, or with other weights, than there are now. */
  async *outdatedOwners(): AsyncIterableIterator<string> {
    const sources = [...this.#sources.values()];
    for await (const { userId, state } of this.#owners()) if (state.isOutdated(sources)) yield userId;
  }

  /** Owners who have an index. */
  async *owners(): AsyncIterableIterator<string> {
    for await (const { userId } of this.#owners()) yield userId;
  }

  /**
   * Indexes what changes, whoever's it is, until the signal ends it. Owners take turns, a chunk each. Run it in one
   * process or in several; the worker does it.
   */
  async keepIndexed({ signal, pollMs = POLL_MS, onTrouble }: KeepIndexed): Promise<void> {
    await outsideTransaction(this.#database, async () => {
      while (!signal.aborted) {
        const worked = await this.#round(signal, onTrouble);
        if (!worked) await sleep(pollMs, undefined, { signal }).catch(() => undefined);
      }
    });
  }

  /** A chunk of each owner who has changes. Was anything done? */
  async #round(signal: AbortSignal, onTrouble: KeepIndexed['onTrouble']): Promise<boolean> {
    let worked = false;
    let after = '';
    try {
      while (!signal.aborted) {
        const system = this.#database.system('keeping the search index');
        const owner = await system.first(queries.findNextOwner, { after, kinds: this.kinds });
        if (owner === undefined) return worked;
        after = owner.user_id;
        const { marks } = await this.#refresher.refresh(this.#database.forUser(after), CHUNK);
        worked ||= marks > 0;
        await breathe();
      }
    } catch (error) {
      if (!signal.aborted) onTrouble?.(error);
    }
    return false;
  }

  /** Is everything in the index that the user did? */
  async #catchUp(user: UserHandle): Promise<boolean> {
    const hasMarks = (await user.all(queries.listMarks, { kinds: this.kinds, limit: 1 })).length > 0;
    if (!hasMarks) return true;
    // In the caller's transaction it would hold the owner's index for as long as that lasts.
    if (isInsideTransaction(this.#database)) return false;
    try {
      const { more } = await this.#refresher.refresh(user, BEFORE_SEARCH);
      return !more;
    } catch (error) {
      // Others write, or nobody may: the search goes on with what there is, and says so.
      if (error instanceof ReadOnlyError || (error instanceof KeelsonError && error.retriable)) return false;
      throw error;
    }
  }

  /** Fills a page. What its owner may no longer see is passed over. */
  async #page(
    user: UserHandle,
    {
      ranking,
      query,
      limit,
      after,
    }: { ranking: TextRanking; query: SearchQuery; limit: number; after: Place | undefined },
  ): Promise<Pick<SearchPage, 'items' | 'nextCursor'>> {
    const found: { readonly entity: RankedEntity; readonly row: SourceRow }[] = [];
    let place = after;
    let hasMore = true;
    for (let round = 0; round < ROUNDS && hasMore && found.length <= limit; round += 1) {
      const wanted = limit + 1 - found.length;
      const entities = await ranking.next(wanted, place);
      hasMore = entities.length >= wanted;
      const looked = entities.slice(0, wanted);
      const rows = await this.#read(user, looked);
      found.push(
        ...looked.flatMap((entity) => {
          const row = rows.get(entity.id);
          return row === undefined ? [] : [{ entity, row }];
        }),
      );
      place = looked.at(-1) ?? place;
    }
    const shown = found.slice(0, limit);
    const budget = new HighlightBudget();
    const last = found.length > limit ? shown.at(-1)?.entity : hasMore ? place : undefined;
    return {
      items: shown.map(({ entity, row }) => toHit(entity, row, highlight(query, row.texts, budget))),
      nextCursor: last === undefined ? null : encodePlace(last),
    };
  }

  async #read(user: UserHandle, entities: readonly RankedEntity[]): Promise<Map<string, SourceRow>> {
    const rows = new Map<string, SourceRow>();
    const byKind = Map.groupBy(
      entities.map(({ id }) => entityOf(id)),
      ({ kind }) => kind,
    );
    for (const [kind, ofKind] of byKind) {
      const read = await this.#sources.get(kind)?.read(
        user,
        ofKind.map(({ entityId }) => entityId),
      );
      for (const row of read ?? []) rows.set(`${kind} ${row.id}`, row);
    }
    return rows;
  }

  async *#owners(): AsyncIterableIterator<{ readonly userId: string; readonly state: IndexState }> {
    const system = this.#database.system('listing the owners of search indexes');
    const limit = 100;
    let after = '';
    for (;;) {
      const rows = await system.all(queries.listOwners, { after, limit });
      for (const { user_id: userId, ...row } of rows) {
        yield { userId, state: new IndexState(row) };
        after = userId;
      }
      if (rows.length < limit) return;
    }
  }
}

function toHit(entity: RankedEntity, row: SourceRow, highlights: SearchHit['highlights']): SearchHit {
  const { kind, entityId } = entityOf(entity.id);
  return { kind, id: entityId, title: row.title, score: entity.score, at: row.at, highlights };
}
