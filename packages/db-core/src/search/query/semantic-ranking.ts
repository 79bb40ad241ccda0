import type { UserHandle } from '../../database/handle.ts';
import type { Neighbour } from '../../vectors/contract.ts';
import type { Vectors } from '../../vectors/vectors.ts';
import { entityOf, entryId } from '../change-index.ts';
import * as queries from '../index.repository.ts';
import { ListedRanking } from './listed-ranking.ts';

/** So many nearest ones are results. Everything is a little near to everything, so that an end has to be set. */
const NEAREST = 100;
/** Parts of texts that are asked for at first: some are of the same text, or of texts that can't be found. */
const PARTS = 1000;
const IDS_AT_ONCE = 1000;

export interface SemanticOptions {
  readonly vectors: Vectors;
  /** What is asked, as a sentence. */
  readonly sentence: string;
  readonly kinds: readonly string[];
  /** The numbers of the entries that may be found; undefined for all. */
  readonly allowed: ReadonlySet<number> | undefined;
  /** Which of these can be found at all, as they are now. */
  readonly visible: (ids: readonly string[]) => Promise<ReadonlySet<string>>;
  readonly signal?: AbortSignal | undefined;
}

/** The entities of one owner that are nearest in meaning: so many at most, whatever a page wants. */
export async function semanticRanking(user: UserHandle, options: SemanticOptions): Promise<ListedRanking> {
  const { vectors, sentence, kinds, allowed, visible, signal } = options;
  if (sentence === '' || kinds.length === 0 || allowed?.size === 0) return of([], false);
  const to = await vectors.embed(sentence, signal);
  const few = allowed !== undefined && allowed.size <= PARTS;
  const near = few ? [] : await vectors.nearest({ userId: user.userId, to, kinds, limit: PARTS });
  const first = few ? undefined : await firstVisible(nearestParts(await only(user, near, allowed)), visible);
  const isAll = near.length < PARTS;
  if (first !== undefined && (isAll || first.length >= NEAREST || allowed === undefined))
    return of(first, !isAll && first.length < NEAREST);
  const entities = await entitiesOf(user, allowed ?? new Set());
  const among = await vectors.nearestAmong(user.userId, { to, entities, limit: PARTS, signal });
  const found = await firstVisible(nearestParts(among), visible);
  return of(found, among.length >= PARTS && found.length < NEAREST);
}

interface Near {
  readonly id: string;
  readonly distance: number;
  readonly part: number;
}

function of(near: readonly Near[], isBounded: boolean): ListedRanking {
  const entities = near.map(({ id, distance }) => ({ id, score: 1 - distance, at: 0 }));
  return new ListedRanking(entities, { isBounded, parts: new Map(near.map(({ id, part }) => [id, part])) });
}

/** Each entity once, by its nearest part. */
function nearestParts(neighbours: readonly Neighbour[]): Near[] {
  const near = new Map<string, Near>();
  for (const { kind, entityId, part, distance } of neighbours) {
    const id = entryId(kind, entityId);
    if (!near.has(id)) near.set(id, { id, distance, part });
  }
  return [...near.values()];
}

async function only(
  user: UserHandle,
  neighbours: readonly Neighbour[],
  allowed: ReadonlySet<number> | undefined,
): Promise<readonly Neighbour[]> {
  if (allowed === undefined || neighbours.length === 0) return neighbours;
  const ids = [...new Set(neighbours.map(({ kind, entityId }) => entryId(kind, entityId)))];
  const rows = await user.all(queries.findEntryNumbers, { ids });
  const found = new Set(rows.filter(({ number }) => allowed.has(number)).map(({ id }) => id));
  return neighbours.filter(({ kind, entityId }) => found.has(entryId(kind, entityId)));
}

async function firstVisible(near: readonly Near[], visible: SemanticOptions['visible']): Promise<Near[]> {
  const found: Near[] = [];
  for (let start = 0; start < near.length && found.length < NEAREST; start += NEAREST) {
    const chunk = near.slice(start, start + NEAREST);
    const shown = await visible(chunk.map(({ id }) => id));
    found.push(...chunk.filter(({ id }) => shown.has(id)));
  }
  return found.slice(0, NEAREST);
}

async function entitiesOf(user: UserHandle, allowed: ReadonlySet<number>): Promise<Map<string, string[]>> {
  const numbers = [...allowed];
  const entities = new Map<string, string[]>();
  for (let start = 0; start < numbers.length; start += IDS_AT_ONCE) {
    const rows = await user.all(queries.findEntryIds, { numbers: numbers.slice(start, start + IDS_AT_ONCE) });
    for (const { id } of rows) {
      const { kind, entityId } = entityOf(id);
      const known = entities.get(kind);
      if (known === undefined) entities.set(kind, [entityId]);
      else known.push(entityId);
    }
  }
  return entities;
}
