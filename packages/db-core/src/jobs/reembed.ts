import * as z from 'zod';
import type { EmbeddingSource } from '../vectors/contract.ts';
import type { EmbeddedEntity, Vectors } from '../vectors/vectors.ts';
import type { JobDefinition } from './definition.ts';

const parameters = z.strictObject({});

/** The texts as they are now. A row that is gone has none: either it is left out, or it comes without parts. */
export type EntityTexts = (userId: string, entities: readonly EmbeddedEntity[]) => Promise<readonly EmbeddingSource[]>;

const BATCH = 50;

/**
 * Embeds anew what another model embedded. It goes on where it was stopped, because what is done isn't stale any more; until
 * it ends, searches find what is done.
 *
 * @example
 * ```ts
 * const reembed = jobs.define(reembedJob(vectors, (userId, entities) => textsOf(userId, entities)));
 * await jobs.enqueue('ada', reembed, {}, { dedupKey: 'reembed' });
 * ```
 */
export function reembedJob(vectors: Vectors, texts: EntityTexts): JobDefinition<typeof parameters> {
  return {
    kind: 'kernel.reembed',
    parameters,
    maxAttempts: 10,
    run: async ({ userId, signal, progress, transaction }) => {
      const { stale } = await vectors.status(userId);
      const result = { model: vectors.embedder.model, embedded: 0, removed: 0 };
      let batch: EmbeddedEntity[] = [];
      const finish = async (): Promise<void> => {
        signal.throwIfAborted();
        const found = await texts(userId, batch);
        const { embedded, removed } = await vectors.embedPending(userId, withGone(batch, found), {
          signal,
          transaction,
        });
        result.embedded += embedded;
        result.removed += removed;
        batch = [];
        await progress((100 * result.removed) / Math.max(1, stale), 'embedding');
      };
      for await (const entity of vectors.staleEntities(userId)) {
        batch.push(entity);
        if (batch.length === BATCH) await finish();
      }
      if (batch.length > 0) await finish();
      return result;
    },
  };
}

/** What has no text any more loses its vectors. */
function withGone(entities: readonly EmbeddedEntity[], found: readonly EmbeddingSource[]): EmbeddingSource[] {
  const keyOf = ({ kind, entityId }: EmbeddedEntity): string => `${kind} ${entityId}`;
  const texts = new Map(found.map((source) => [keyOf(source), source]));
  return entities.map((entity) => texts.get(keyOf(entity)) ?? { ...entity, parts: [] });
}
