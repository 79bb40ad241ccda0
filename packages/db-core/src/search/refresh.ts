import type { UserHandle } from '../database/handle.ts';
import { newId } from '../database/ids.ts';
import { eraseOfEntities } from '../vectors/embedding.repository.ts';
import { changeIndex, type EntityChange, entryId } from './change-index.ts';
import { contentHash, toDocument } from './document.ts';
import { upsertEmbeddingMark } from './embedding/marks.repository.ts';
import * as queries from './index.repository.ts';
import type { SearchSource } from './source.ts';
import { IndexState } from './state.ts';
import { isCurrentVersion } from './tokenizer/version.ts';

/** How much is indexed in one transaction. */
export interface RefreshLimits {
  readonly marks: number;
  /** Bytes of text. One mark is always taken, unless it is over `largest`. */
  readonly bytes: number;
  /** Texts of more bytes are left to somebody else. Default: none is. */
  readonly largest?: number;
}

export interface Refreshed {
  /** How many marks were removed. */
  readonly marks: number;
  /** Are there others? */
  readonly more: boolean;
}

interface Mark {
  readonly id: string;
  readonly kind: string;
  readonly entity_id: string;
  readonly size: number;
}

/** Another one changed the index while its change was prepared: what is prepared may be older than what is there. */
class Overtaken extends Error {}

const TRIES = 5;
/** Of an index that is made by whoever holds it first. */
const FIRST_VERSION = 1;
const TEXTS_AT_ONCE = 20;

/**
 * Brings an owner's index in step with a part of what changed. Marks that were there before their texts were read are
 * removed in the transaction that writes the index; those that came since stay.
 */
export class Refresher {
  readonly #sources: ReadonlyMap<string, SearchSource>;
  readonly #marksForEmbedder: boolean;

  constructor(
    sources: ReadonlyMap<string, SearchSource>,
    { marksForEmbedder }: { readonly marksForEmbedder: boolean },
  ) {
    this.#sources = sources;
    this.#marksForEmbedder = marksForEmbedder;
  }

  async refresh(user: UserHandle, limits: RefreshLimits): Promise<Refreshed> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#refresh(user, limits);
      } catch (error) {
        if (!(error instanceof Overtaken)) throw error;
        if (attempt === TRIES) return { marks: 0, more: true };
      }
    }
  }

  async #refresh(user: UserHandle, limits: RefreshLimits): Promise<Refreshed> {
    const marks = await user.all(queries.listMarks, { kinds: [...this.#sources.keys()], limit: limits.marks + 1 });
    const taken = this.#choose(marks, limits);
    if (taken.length === 0) return { marks: 0, more: marks.length > 0 };
    const version = (await IndexState.find(user))?.version;
    const changes = await this.#changesOf(user, taken);
    await user.transaction(async () => {
      const now = new Date();
      const state = await IndexState.hold(user, now);
      if (state.version !== (version ?? FIRST_VERSION)) throw new Overtaken();
      await changeIndex(user, state, { changes, now });
      await user.run(queries.eraseMarks, { ids: taken.map(({ id }) => id) });
      await removeVectors(user, changes);
      if (this.#marksForEmbedder)
        await user.runMany(
          upsertEmbeddingMark,
          changes.map(({ kind, entityId }) => ({ id: entryId(kind, entityId), stamp: newId(), now })),
        );
    });
    return { marks: taken.length, more: marks.length > taken.length };
  }

  #choose(marks: readonly Mark[], { marks: most, bytes, largest = Number.POSITIVE_INFINITY }: RefreshLimits): Mark[] {
    const chosen: Mark[] = [];
    let sum = 0;
    for (const mark of marks) {
      if (chosen.length >= most) break;
      if (mark.size > largest) continue;
      sum += mark.size;
      if (chosen.length > 0 && sum > bytes) break;
      chosen.push(mark);
    }
    return chosen;
  }

  /** What the marked entities are now; several marks of one are one change. */
  async #changesOf(user: UserHandle, marks: readonly Mark[]): Promise<EntityChange[]> {
    const changes: EntityChange[] = [];
    for (const [kind, ofKind] of Map.groupBy(marks, (mark) => mark.kind)) {
      const source = this.#sources.get(kind);
      if (source === undefined) continue;
      const ids = [...new Set(ofKind.map(({ entity_id }) => entity_id))];
      for (let start = 0; start < ids.length; start += TEXTS_AT_ONCE)
        changes.push(...(await readChanges(user, source, ids.slice(start, start + TEXTS_AT_ONCE))));
    }
    return changes;
  }
}

/** Vectors of what is gone, or can't be found any more, go with its words. */
async function removeVectors(user: UserHandle, changes: readonly EntityChange[]): Promise<void> {
  const gone = changes.filter(({ found }) => found === undefined);
  for (const [kind, ofKind] of Map.groupBy(gone, (change) => change.kind))
    await user.run(eraseOfEntities, { kind, entityIds: ofKind.map(({ entityId }) => entityId) });
}

/** What is in the index as it is needs no change. */
async function readChanges(user: UserHandle, source: SearchSource, ids: readonly string[]): Promise<EntityChange[]> {
  const { kind, version } = source;
  const rows = new Map((await source.read(user, ids)).map((row) => [row.id, row]));
  const entries = await user.all(queries.findEntries, { ids: ids.map((id) => entryId(kind, id)) });
  const indexed = new Map(entries.map((entry) => [entry.id, entry]));
  const changes: EntityChange[] = [];
  for (const entityId of ids) {
    const row = rows.get(entityId);
    const hash = row === undefined ? '' : contentHash(source, row);
    const entry = indexed.get(entryId(kind, entityId));
    if (entry?.content_hash === hash && isCurrentVersion(entry.tokenizer, version)) continue;
    const found = row === undefined ? undefined : { document: await toDocument(source, row), hash, at: row.at };
    changes.push({ kind, entityId, found });
  }
  return changes;
}
