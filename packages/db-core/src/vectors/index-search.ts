import type { UserHandle } from '../database/handle.ts';
import type { Neighbour } from './contract.ts';
import { findByIds } from './embedding.repository.ts';
import type { NearestQuery } from './exact-scan.ts';
import { NearestFew } from './nearest-few.ts';
import { distance, vectorOf } from './vector.ts';
import type { VectorIndex } from './vector-index.ts';

/** How far the extensions' distances may be from ours: they compute with 32 bits. */
const ROUNDING = 1e-5;
/** How many more candidates than wanted are looked at, since rounding may have them in another order. */
const MORE = 16;

/**
 * Asks the index for candidates and puts them into order by our own arithmetic, so that what is found is what the exact
 * scan finds. Undefined when the index can't give enough candidates to be sure: where very many are equally near.
 */
export async function indexSearch(
  user: UserHandle,
  index: VectorIndex,
  query: NearestQuery,
): Promise<readonly Neighbour[] | undefined> {
  const nearest = new NearestFew(query.limit);
  for (const kind of query.kinds ?? [undefined]) {
    const found = await searchKind(user, index, { ...query, kind });
    if (found === undefined) return undefined;
    for (const neighbour of found) nearest.add(neighbour);
  }
  return nearest.sorted();
}

async function searchKind(
  user: UserHandle,
  index: VectorIndex,
  { model, vector, limit, kind }: NearestQuery & { readonly kind: string | undefined },
): Promise<readonly Neighbour[] | undefined> {
  for (let wanted = Math.min(limit + MORE, index.most); ; wanted = Math.min(wanted * 8, index.most)) {
    const candidates = await index.search({ userId: user.userId, model, kind, vector, limit: wanted });
    const nearest = new NearestFew(limit);
    for (const row of await user.all(findByIds, { ids: candidates.map(({ id }) => id) })) {
      const isMeant = row.model === model && row.dimensions === vector.length && (kind ?? row.kind) === row.kind;
      if (!isMeant) continue;
      const far = distance(vectorOf(row.vector), vector);
      nearest.add({ kind: row.kind, entityId: row.entity_id, part: row.part, distance: far });
    }
    const found = nearest.sorted();
    // There are no others …
    if (candidates.length < wanted) return found;
    // … or the others are farther, whatever was rounded.
    const farthest = candidates.at(-1)?.distance ?? 0;
    if (found.length === limit && (found.at(-1)?.distance ?? 0) + ROUNDING < farthest) return found;
    if (wanted === index.most) return undefined;
  }
}
