import { createEmbedder, type Database, type EmbedderConfig, Search, TextEmbeddings, Vectors } from '@keelson/db-core';

export interface OpenedSearch {
  readonly search: Search;
  /** Where a model is set. */
  readonly embeddings: TextEmbeddings | undefined;
}

/** Search in every domain that there is, by meaning too where a model is set. A new domain adds its sources here. */
export async function openSearch(database: Database, embedder: EmbedderConfig | undefined): Promise<OpenedSearch> {
  const { conversationSources } = await import('@keelson/conversations');
  if (embedder === undefined) return { search: new Search(database, conversationSources), embeddings: undefined };
  const vectors = new Vectors(database, createEmbedder(embedder));
  return {
    search: new Search(database, conversationSources, { vectors }),
    embeddings: new TextEmbeddings(vectors, conversationSources),
  };
}
