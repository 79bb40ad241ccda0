/** One vector as an index keeps it. */
export interface IndexedVector {
  readonly id: string;
  readonly kind: string;
  readonly model: string;
  readonly dimensions: number;
  readonly vector: Uint8Array;
}

export interface IndexSearch {
  readonly userId: string;
  readonly model: string;
  /** Undefined: of every kind. */
  readonly kind: string | undefined;
  readonly vector: Float32Array;
  readonly limit: number;
}

export interface Candidate {
  readonly id: string;
  /** As the extension computes it, with fewer digits than we do. */
  readonly distance: number;
}

/** A row that has changed since the index was last brought up to date. */
export interface IndexChange {
  readonly seq: number;
  readonly id: string;
}

/**
 * What finds a user's nearest vectors inside the engine. It is made from `search_embeddings` and can be dropped and made
 * anew at any time; triggers write down which rows have changed, in the transaction that changes them, so that also what
 * a program without the extension writes gets into it. Everything here runs in the current transaction.
 */
export interface VectorIndex {
  /** The most candidates that a search gives. */
  readonly most: number;
  isBuilt(): Promise<boolean>;
  /** Every row counts as changed then. */
  create(): Promise<void>;
  drop(): Promise<void>;
  search(search: IndexSearch): Promise<readonly Candidate[]>;
  /** Changes of a user that aren't in the index yet, oldest first; whoever has them keeps others from having them. */
  takeChanges(userId: string, limit: number): Promise<readonly IndexChange[]>;
  hasChanges(userId: string): Promise<boolean>;
  /** A user with changes that aren't in the index yet. */
  findUserWithChanges(): Promise<string | undefined>;
  countChanges(): Promise<number>;
  forgetChanges(userId: string, changes: readonly IndexChange[]): Promise<void>;
  /** Replaces what the index has of these ids. */
  replace(userId: string, ids: readonly string[], vectors: readonly IndexedVector[]): Promise<void>;
}
