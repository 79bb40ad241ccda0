import type { UserHandle } from '../database/handle.ts';
import { newId } from '../database/ids.ts';
import type { Embedder, EmbeddingSource } from './contract.ts';
import * as queries from './embedding.repository.ts';
import { EmbedderAnswerError } from './errors.ts';
import { checked, sourceSchema } from './input.ts';
import { unitVector, vectorBytes } from './vector.ts';

export interface EmbedPendingOptions {
  /** Ends it between two batches, or in the embedder. */
  readonly signal?: AbortSignal | undefined;
  /** Rows looked at and kept together, 1–500. Default: 50. */
  readonly batchSize?: number;
  /** What keeps a batch. A job gives its own, so that a worker that lost the job writes nothing. Default: a transaction of the user's. */
  readonly transaction?: <T>(work: (user: UserHandle) => Promise<T>) => Promise<T>;
  /**
   * Called in the transaction that keeps a batch, with the rows that are in it: the place to note that they are done, and to
   * look whether they have changed meanwhile.
   */
  readonly onKept?: (sources: readonly EmbeddingSource[], user: UserHandle) => Promise<void>;
}

/** In parts of texts. */
export interface EmbedReport {
  readonly embedded: number;
  /** They had a vector already. */
  readonly unchanged: number;
  /** Vectors of parts that are gone, or of other models. */
  readonly removed: number;
}

type Source = ReturnType<typeof parseSource>;
type Part = Source['parts'][number];

interface Pending {
  readonly source: Source;
  readonly part: Part;
}

interface Batch {
  readonly pending: readonly Pending[];
  readonly obsolete: readonly string[];
  readonly unchanged: number;
}

const BATCH = 50;
const LARGEST_BATCH = 500;

function parseSource(source: EmbeddingSource) {
  return checked(sourceSchema, source);
}

export async function embedSources(
  user: UserHandle,
  embedder: Embedder,
  sources: Iterable<EmbeddingSource> | AsyncIterable<EmbeddingSource>,
  options: EmbedPendingOptions,
): Promise<EmbedReport> {
  const size = Math.min(LARGEST_BATCH, Math.max(1, Math.trunc(options.batchSize ?? BATCH)));
  const report = { embedded: 0, unchanged: 0, removed: 0 };
  const finish = async (batch: readonly EmbeddingSource[]): Promise<void> => {
    options.signal?.throwIfAborted();
    const { embedded, unchanged, removed } = await embedBatch(user, embedder, batch, options);
    report.embedded += embedded;
    report.unchanged += unchanged;
    report.removed += removed;
  };
  let batch: EmbeddingSource[] = [];
  for await (const source of sources) {
    batch.push(source);
    if (batch.length < size) continue;
    await finish(batch);
    batch = [];
  }
  if (batch.length > 0) await finish(batch);
  return report;
}

async function embedBatch(
  user: UserHandle,
  embedder: Embedder,
  given: readonly EmbeddingSource[],
  { signal, transaction = (work) => user.transaction(work), onKept }: EmbedPendingOptions,
): Promise<EmbedReport> {
  // Of a row that is given twice the last one counts.
  const sources = [...new Map(given.map(parseSource).map((source) => [keyOf(source), source])).values()];
  const { pending, obsolete, unchanged } = await compare(user, embedder, sources);
  const vectors = await embedAll(embedder, pending, signal);
  await transaction(async (writer) => {
    const now = new Date();
    if (obsolete.length > 0) await writer.run(queries.erase, { ids: obsolete });
    const rows = pending.map(({ source, part }, index) => ({
      id: newId(),
      kind: source.kind,
      entityId: source.entityId,
      part: part.part,
      model: embedder.model,
      dimensions: embedder.dimensions,
      hash: part.hash,
      vector: vectors[index] ?? new Uint8Array(),
      now,
    }));
    await writer.runMany(queries.upsert, rows);
    await onKept?.(given, writer);
  });
  return { embedded: pending.length, unchanged, removed: obsolete.length };
}

function keyOf({ kind, entityId }: Pick<Source, 'kind' | 'entityId'>): string {
  return `${kind} ${entityId}`;
}

/** What has no vector yet, and which vectors belong to nothing any more. */
async function compare(user: UserHandle, { model, dimensions }: Embedder, sources: readonly Source[]): Promise<Batch> {
  const pending: Pending[] = [];
  const obsolete: string[] = [];
  let unchanged = 0;
  for (const [kind, ofKind] of Map.groupBy(sources, (source) => source.kind)) {
    const rows = await user.all(queries.findOfEntities, { kind, entityIds: ofKind.map(({ entityId }) => entityId) });
    const known = Map.groupBy(rows, (row) => row.entity_id);
    for (const source of ofKind) {
      const wanted = new Map(source.parts.map((part) => [part.part, part]));
      for (const row of known.get(source.entityId) ?? []) {
        const part = wanted.get(row.part);
        // A vector of this model that only changes is written over.
        if (part === undefined || row.model !== model) obsolete.push(row.id);
        else if (row.content_hash === part.hash && row.dimensions === dimensions && wanted.delete(row.part))
          unchanged += 1;
      }
      for (const part of wanted.values()) pending.push({ source, part });
    }
  }
  return { pending, obsolete, unchanged };
}

async function embedAll(
  embedder: Embedder,
  pending: readonly Pending[],
  signal: AbortSignal | undefined,
): Promise<readonly Uint8Array[]> {
  if (pending.length === 0) return [];
  const vectors = await embedder.embed(
    pending.map(({ part }) => part.text),
    { signal },
  );
  return pending.map((_, index) => {
    const vector = vectors[index];
    const unit = vector?.length === embedder.dimensions ? unitVector(vector) : undefined;
    if (unit !== undefined) return vectorBytes(unit);
    const what = vector === undefined ? 'none' : `one of ${vector.length} numbers, or without a direction,`;
    throw new EmbedderAnswerError(
      `The embedder ${embedder.model} gave ${what} where a vector of ${embedder.dimensions} numbers is expected.`,
    );
  });
}
