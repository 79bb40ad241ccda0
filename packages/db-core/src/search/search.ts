import { setImmediate as breathe, setTimeout as sleep } from 'node:timers/promises';
import { BUILT_IN_MODEL } from '../config/embedder.ts';
import { type Database, isInsideTransaction, outsideTransaction } from '../database/database.ts';
import type { UserHandle } from '../database/handle.ts';
import { ConfigurationError, KeelsonError, ReadOnlyError } from '../errors/index.ts';
import type {
  KeepIndexed,
  MatchMode,
  RefreshOptions,
  SearchInput,
  SearchMode,
  SearchPage,
  SearchStatus,
} from './contract.ts';
import * as queries from './index.repository.ts';
import { type FacetFilters, facetUnits } from './facets.ts';
import { decodeCursor, invalid, parseSearch } from './input.ts';
import type { Place } from './query/best.ts';
import { pageOf, ShownRows } from './page.ts';
import { KeptLists, type ReadLists, readLists } from './query/kept-lists.ts';
import { queryOf, rankingOf } from './rankings.ts';
import { eraseAll, markAll } from './rebuild.ts';
import { Refresher } from './refresh.ts';
import type { SearchSource } from './source.ts';
import { EmbedderError, NoEmbedderError } from '../vectors/errors.ts';
import type { Vectors } from '../vectors/vectors.ts';
import { IndexState } from './state.ts';

/** What a search does itself of what changed: a few milliseconds' worth. */
const BEFORE_SEARCH = { marks: 20, bytes: 65_536, largest: 65_536 };
/** One transaction of whoever does the rest: on SQLite other writers wait for it. */
const BYTES_EACH = 1024;
const CHUNK = { marks: 100, bytes: 100 * BYTES_EACH };
const MOST_AT_ONCE = 10_000;
const POLL_MS = 500;

interface SearchRequest {
  readonly text: string;
  readonly match: MatchMode;
  readonly filters: FacetFilters;
  readonly kinds?: readonly string[] | undefined;
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
  readonly limit: number;
  readonly after: Place | undefined;
}

export interface SearchOptions {
  /** What embeds and compares meanings. Default: none, and search by words only. */
  readonly vectors?: Vectors | undefined;
}

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
  readonly #kept = new KeptLists();
  readonly #vectors: Vectors | undefined;

  /**
   * With `vectors` it searches by meaning too, and marks what it indexes for `TextEmbeddings` to embed.
   *
   * @throws ConfigurationError when two sources have the same kind
   */
  constructor(database: Database, sources: readonly SearchSource[], { vectors }: SearchOptions = {}) {
    this.#database = database;
    this.#vectors = vectors;
    this.#sources = new Map(sources.map((source) => [source.kind, source]));
    if (this.#sources.size < sources.length)
      throw new ConfigurationError('Two search sources have the same kind.', { hint: 'Give each a kind of its own.' });
    this.#refresher = new Refresher(this.#sources, { marksForEmbedder: vectors !== undefined });
  }

  /** A replica may show the index as it was before another one did: what one of them has is not kept under the other's edition. */
  get #readLists(): ReadLists {
    return this.#database.config.read.replicas.length === 0 ? this.#kept : readLists;
  }

  /** The kinds that are declared. */
  get kinds(): readonly string[] {
    return [...this.#sources.keys()].sort();
  }

  /**
   * What the user wrote just now is found, too: a few changes are indexed first, unless this is called inside a
   * transaction. `isCurrent` says whether there are more. Somebody who acts for the owner gives their handle.
   *
   * @throws ValidationError that names what is wrong; any query that isn't too long is a good one
   * @throws NoEmbedderError for another mode than `text` where there are no vectors; EmbedderError
   */
  async search(owner: string | UserHandle, input: SearchInput): Promise<SearchPage> {
    const user = this.#database.forUser(owner);
    const { query: text, mode, match, cursor, ...rest } = parseSearch(input);
    const place = decodeCursor(cursor, mode);
    const asked = mode ?? place?.mode;
    const request = { ...rest, text, match: match ?? 'all', after: place?.after } as const;
    if (asked !== undefined) return this.#searchBy(asked, user, request);
    // Words that all have to be there are asked for as words.
    const usual = match === undefined ? this.#usualMode : 'text';
    try {
      return await this.#searchBy(usual, user, request);
    } catch (error) {
      if (usual === 'text' || !(error instanceof EmbedderError)) throw error;
      return this.#searchBy('text', user, request);
    }
  }

  /** By meaning too where that finds more: docs/benchmarks.md. The built-in model finds less. */
  get #usualMode(): SearchMode {
    return this.#vectors === undefined || this.#vectors.embedder.model === BUILT_IN_MODEL ? 'text' : 'hybrid';
  }

  async #searchBy(mode: SearchMode, user: UserHandle, request: SearchRequest): Promise<SearchPage> {
    const { text, match, filters, limit, after, since, until } = request;
    const query = queryOf({ mode, text, match });
    const kinds = this.#kindsOf(request.kinds, filters);
    const vectors = mode === 'text' ? undefined : this.#vectors;
    if (mode !== 'text' && vectors === undefined)
      throw new NoEmbedderError('No embedding model is set, so there is no search by meaning.');
    // Whoever may only read finds what was written just now, too.
    const isCurrent = await this.#catchUp(this.#database.forUser(user.userId));
    const state = await IndexState.find(user);
    if (state === undefined)
      return { items: [], nextCursor: null, mode, isCurrent, isOutdated: false, isBounded: false };
    const rows = new ShownRows(user, this.#sources, filters);
    const ranking = await rankingOf({
      user,
      mode,
      text,
      match,
      state,
      filters: { kinds, since, until },
      facets: facetUnits(filters, this.#sourcesOf(kinds)),
      readLists: this.#readLists,
      vectors,
      visible: async (ids) => new Set((await rows.read(ids)).keys()),
    });
    const { items, nextCursor } = await pageOf(ranking, { query, rows, limit, after, mode });
    const isOutdated = state.isOutdated([...this.#sources.values()]);
    return { items, nextCursor, mode, isCurrent, isOutdated, isBounded: ranking.isBounded };
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

  /** The kinds that are asked for and have what is filtered by. */
  #kindsOf(given: readonly string[] | undefined, filters: FacetFilters): readonly string[] {
    const kinds = given ?? this.kinds;
    if (kinds.some((kind) => !this.#sources.has(kind)))
      throw invalid([{ path: 'kinds', message: `must be among ${this.kinds.join(', ')}` }]);
    const facets = [...new Set([...this.#sources.values()].flatMap((source) => [...source.facets.keys()]))].sort();
    const unknown = Object.keys(filters).find((name) => !facets.includes(name));
    if (unknown !== undefined)
      throw invalid([
        { path: `filters.${unknown}`, message: `is not known; there are ${facets.join(', ') || 'none'}` },
      ]);
    return kinds.filter((kind) => Object.keys(filters).every((name) => this.#sources.get(kind)?.facets.has(name)));
  }

  #sourcesOf(kinds: readonly string[]): SearchSource[] {
    return kinds.flatMap((kind) => this.#sources.get(kind) ?? []);
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
