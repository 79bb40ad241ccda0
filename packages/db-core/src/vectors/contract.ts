/**
 * Turns texts into vectors that lie near each other where the texts mean, or look, alike.
 *
 * @example
 * ```ts
 * const embedder = httpEmbedder({ url: 'https://api.example.com/v1', model: 'small', dimensions: 384, apiKey });
 * const [vector] = await embedder.embed(['Where is my parcel?']);
 * ```
 */
export interface Embedder {
  /** Kept with every vector; vectors of different models are never compared. */
  readonly model: string;
  /** How many numbers a vector has, 1–8,192. */
  readonly dimensions: number;
  /**
   * One vector for each text, in their order.
   *
   * @throws EmbedderError, or one of its kinds
   */
  embed(texts: readonly string[], options?: EmbedOptions): Promise<readonly Float32Array[]>;
}

export interface EmbedOptions {
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
}

/** What is to be found by its meaning: the whole text of one row, in the parts in which it is embedded. */
export interface EmbeddingSource {
  /** What it is, such as `conversation_message`. */
  readonly kind: string;
  /** The row's id. */
  readonly entityId: string;
  /** All of its parts. What was embedded of it before and isn't among them is removed; without any, all of it. */
  readonly parts: readonly TextPart[];
}

export interface TextPart {
  /** From 0. */
  readonly part: number;
  /** Blank text has no vector. */
  readonly text: string;
  /** Tells whether the text has changed. Default: its SHA-256. At most 100 characters. */
  readonly hash?: string;
}

/** A part of a text, and how far it is from what was asked. */
export interface Neighbour {
  readonly kind: string;
  readonly entityId: string;
  readonly part: number;
  /** 1 − cosine: 0 for the same direction, 1 for nothing in common, 2 for the opposite. */
  readonly distance: number;
}

/** How a database searches vectors. Every way gives the same neighbours in the same order; they differ in speed. */
export interface VectorCapabilities {
  /** How it searches now. The exact scan reads all vectors of the user, and needs nothing. */
  readonly search: 'exact-scan' | 'sqlite-vec' | 'pgvector';
  /** What would make it faster on this engine. */
  readonly extension: 'sqlite-vec' | 'pgvector';
  /** Of the extension; null where there is none. */
  readonly version: string | null;
  readonly message: string;
  /** What to do for a faster search; null when nothing is left to do. */
  readonly hint: string | null;
}
