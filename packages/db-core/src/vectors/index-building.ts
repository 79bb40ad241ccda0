import { type Database, kernelOf } from '../database/database.ts';
import type { VectorCapabilities } from './contract.ts';
import { VectorIndexUnavailableError } from './errors.ts';
import { bringUpToDate, vectorIndexOf } from './index-upkeep.ts';
import type { VectorIndex } from './vector-index.ts';

export interface BuildVectorIndex {
  /** Ends it; what is missing then is made by the searches that need it, or by building again. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** How the database searches vectors, and what would make it faster. */
export async function vectorCapabilities(database: Database): Promise<VectorCapabilities> {
  await database.connect();
  const { engine } = kernelOf(database);
  const { name: extension, version, missing } = await engine.vectorExtension();
  const index = missing === null ? await vectorIndexOf(database) : undefined;
  const isBuilt = index !== undefined && (await index.isBuilt());
  if (isBuilt) return { search: extension, extension, version, message: `${extension} searches vectors.`, hint: null };
  return {
    search: 'exact-scan',
    extension,
    version,
    message: `Vectors are searched by an exact scan. ${missing?.message ?? `${extension} is there, and has no index yet.`}`,
    hint: missing === null ? 'Run `keelson vectors index`.' : `${missing.hint} Then run \`keelson vectors index\`.`,
  };
}

/**
 * Makes the index anew, and everything that is embedded gets into it. Meanwhile searches go on; those of a user whose turn
 * hasn't come bring that user's vectors in themselves. Gives how many there are.
 *
 * @throws VectorIndexUnavailableError without sqlite-vec or pgvector
 */
export async function buildVectorIndex(
  database: Database,
  { signal, onProgress }: BuildVectorIndex = {},
): Promise<number> {
  await database.initialize();
  const index = await indexToChange(database);
  await index.create();
  const total = await index.countChanges();
  let done = 0;
  for (;;) {
    signal?.throwIfAborted();
    const userId = await index.findUserWithChanges();
    if (userId === undefined) return done;
    done += await bringUpToDate(database, index, userId);
    onProgress?.({ done: Math.min(done, total), total });
  }
}

/** Without an index vectors are searched by an exact scan again. Nothing else is lost. */
export async function dropVectorIndex(database: Database): Promise<void> {
  await database.initialize();
  await (await indexToChange(database)).drop();
}

async function indexToChange(database: Database): Promise<VectorIndex> {
  const index = await vectorIndexOf(database);
  const { missing } = await kernelOf(database).engine.vectorExtension();
  if (index !== undefined && missing === null) return index;
  throw new VectorIndexUnavailableError(
    missing?.message ?? 'The extension is not there.',
    missing === null ? {} : { hint: missing.hint },
  );
}
