import type { FieldHighlights } from './query/highlight.ts';

export interface SearchInput {
  /**
   * What is looked for: all the words, in any form of an English word; `"these words"` as they are written, `begin*`,
   * `-without`, `this OR that`. At most 1,000 characters and 64 words.
   */
  readonly query: string;
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
  /** What was found, by field. Empty where too much text would have to be looked through. */
  readonly highlights: readonly FieldHighlights[];
}

export interface SearchPage {
  /** The best first; of those that are equally good the latest. */
  readonly items: readonly SearchHit[];
  readonly nextCursor: string | null;
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
