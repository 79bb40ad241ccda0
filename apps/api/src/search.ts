import { conversationSources } from '@keelson/conversations';
import { createEmbedder, type Database, type EmbedderConfig, Search, TextEmbeddings, Vectors } from '@keelson/db-core';

export interface Searching {
  readonly search: Search;
  /** Where a model is set. */
  readonly embeddings: TextEmbeddings | undefined;
}

/** Search in every domain that there is, by meaning too where a model is set. A new domain adds its sources here. */
export function createSearch(database: Database, embedder?: EmbedderConfig): Searching {
  if (embedder === undefined) return { search: new Search(database, conversationSources), embeddings: undefined };
  const vectors = new Vectors(database, createEmbedder(embedder));
  return {
    search: new Search(database, conversationSources, { vectors }),
    embeddings: new TextEmbeddings(vectors, conversationSources),
  };
}
