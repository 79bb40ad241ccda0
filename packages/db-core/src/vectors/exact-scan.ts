import type { UserHandle } from '../database/handle.ts';
import type { Neighbour } from './contract.ts';
import { scan, scanKind } from './embedding.repository.ts';
import { NearestFew } from './nearest-few.ts';
import { distance, vectorOf } from './vector.ts';

/** Before every id. */
export const NO_ID = '00000000-0000-0000-0000-000000000000';
const CHUNK = 500;

export interface NearestQuery {
  readonly model: string;
  /** Of length 1. */
  readonly vector: Float32Array;
  /** Undefined: of every kind. */
  readonly kinds: readonly string[] | undefined;
  readonly limit: number;
}

/**
 * Compares with every vector of the user, a chunk at a time. It needs nothing but the table, and what it finds is by
 * definition right.
 */
export async function exactScan(
  user: UserHandle,
  { model, vector, kinds, limit }: NearestQuery,
  signal?: AbortSignal,
): Promise<readonly Neighbour[]> {
  const nearest = new NearestFew(limit);
  for (const only of kinds ?? [undefined]) {
    let place = { kind: only ?? '', entityId: NO_ID, part: -1 };
    for (;;) {
      signal?.throwIfAborted();
      const page = { ...place, model, dimensions: vector.length, limit: CHUNK };
      const rows = await user.all(only === undefined ? scan : scanKind, page);
      for (const row of rows) {
        const far = distance(vectorOf(row.vector), vector);
        if (far <= nearest.farthest)
          nearest.add({ kind: row.kind, entityId: row.entity_id, part: row.part, distance: far });
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < CHUNK) break;
      place = { kind: last.kind, entityId: last.entity_id, part: last.part };
    }
  }
  return nearest.sorted();
}
