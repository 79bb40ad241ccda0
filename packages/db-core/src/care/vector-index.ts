import type { Database } from '../database/database.ts';
import { bringUpToDate, vectorIndexOf } from '../vectors/index-upkeep.ts';

/** What an extension's index of vectors consists of; it is brought up to date as a whole. */
export function isOfVectorIndex(table: string): boolean {
  return table === 'search_vector_changes' || /^search_vectors(?:_|$)/.test(table);
}

/** Takes vectors that are gone out of the index, where there is one. */
export async function forgetVectors(database: Database, userId: string): Promise<void> {
  const index = await vectorIndexOf(database);
  if (index !== undefined && (await index.isBuilt())) await bringUpToDate(database, index, userId);
}

/** What has to be told of such an index. */
export async function vectorIndexLines(database: Database): Promise<string[]> {
  const index = await vectorIndexOf(database);
  if (index === undefined || !(await index.isBuilt())) return [];
  return ['Bytes of vectors in the index of vectors, until `keelson vectors index` makes it anew.'];
}
