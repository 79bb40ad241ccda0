import type { EmbedderConfig } from '../config/index.ts';
import type { Embedder } from './contract.ts';
import { hashedEmbedder } from './hashed-embedder.ts';
import { httpEmbedder } from './http-embedder.ts';

/**
 * The embedder that the settings ask for.
 *
 * @example
 * ```ts
 * const { embedder } = loadConfig(readEnvironment());
 * const vectors = embedder === undefined ? undefined : new Vectors(database, createEmbedder(embedder));
 * ```
 */
export function createEmbedder({ model, service }: EmbedderConfig): Embedder {
  return service === undefined ? hashedEmbedder() : httpEmbedder({ model, ...service });
}
