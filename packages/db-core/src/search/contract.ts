import type { FacetFilters, FacetValue } from './facets.ts';
import type { FieldHighlights } from './query/highlight.ts';

export const SEARCH_MODES = ['text', 'semantic', 'hybrid'] as const;

/** By words; by meaning, which needs an embedding model; or by both. */
export type SearchMode = (typeof SEARCH_MODES)[number];

export const MATCH_MODES = ['all', 'any'] as const;

/** Must a text have all the words, or any of them? */
export type MatchMode = (typeof MATCH_MODES)[number];

export interface SearchInput {
  /**
   * What is looked for: all the words, in any form of an English word; `"these words"` as they are written, `begin*`,
   * `-without`, `this OR that`. At most 1,000 characters and 64 words.
   */
  readonly query: string;
  /**
   * Default: `hybrid` with a model that was trained, unless `match` is given; else `text`. The others find what means the same
   * in other words; what is in quotes must be there all the same, and what has a minus must not. The hundred nearest in
   * meaning are results.
   */
  readonly mode?: SearchMode;
  /** By words: must all be there, or any? The more and the rarer the better. Default: `all`. */
  readonly match?: MatchMode;
  /** By what the sources declare, such as `{ role: ['user'] }`. Of a kind that doesn't declare it nothing is found. */
  readonly filters?: FacetFilters;
  /** Only these kinds. Default: all that are declared. */
  readonly kinds?: readonly string[];
  /** Nothing from before this. */
  readonly since?: Date;
  /** Only what is from before this. */
  readonly until?: Date;
  /** 1–100. Default: 20. */
  readonly limit?: number;
  /** Goes on after a page: its `nextCursor`. */
  readonly cursor?: string | null;
}

export interface SearchHit {
  readonly kind: string;
  /** The row's. */
  readonly id: string;
  readonly title: string | null;
  /** Higher is better. Only to be compared with others of the same search. */
  readonly score: number;
  readonly at: Date;
  /** What the source says of it besides: the values of its facets, and its details. */
  readonly details: Readonly<Record<string, FacetValue>>;
  /**
   * What was found, by field. What was found by its meaning is shown without ranges. Empty where too much text would have
   * to be looked through.
   */
  readonly highlights: readonly FieldHighlights[];
}

export interface SearchPage {
  /**
   * The best first; of those that are equally good the latest. There may be fewer than the limit, with a cursor, where most
   * of what was found can't be shown any more.
   */
  readonly items: readonly SearchHit[];
  readonly nextCursor: string | null;
  /** What it was searched by. `text` too where nobody asked for another mode, and the model couldn't be reached. */
  readonly mode: SearchMode;
  /** False while something that changed isn't in the index yet. */
  readonly isCurrent: boolean;
  /** Was the index made by another tokeniser, or with other weights? `keelson search reindex` brings it up to date. */
  readonly isOutdated: boolean;
  /** Did so much answer the query that not all of it was looked at? */
  readonly isBounded: boolean;
}

/** How far an owner's index is. */
export interface SearchStatus {
  /** Rows that are in the index, by kind. */
  readonly entries: Readonly<Record<string, number>>;
  /** Changes that aren't in it yet. */
  readonly pending: number;
  readonly isOutdated: boolean;
}

export interface RefreshOptions {
  /** Ends it between two chunks, by throwing its reason. */
  readonly signal?: AbortSignal;
  /** Told after each chunk how many changes are done. */
  readonly onProgress?: (done: number) => Promise<void>;
  /**
   * How many changes one transaction takes, 1–10,000. More at once take less time in all, and on SQLite keep other writers
   * waiting for longer. Default: 100.
   */
  readonly chunk?: number;
}

export interface KeepIndexed {
  /** Ends it. */
  readonly signal: AbortSignal;
  /** How often it looks for changes, in milliseconds. Default: 500. */
  readonly pollMs?: number;
  /** Told of what went wrong; it goes on. */
  readonly onTrouble?: (error: unknown) => void;
}
