import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, outsideTransaction } from '../../database/database.ts';
import type { UserHandle } from '../../database/handle.ts';
import { newId } from '../../database/ids.ts';
import type { EmbeddingSource } from '../../vectors/contract.ts';
import { EmbedderError } from '../../vectors/errors.ts';
import type { Vectors } from '../../vectors/vectors.ts';
import { entityOf, entryId } from '../change-index.ts';
import type { KeepIndexed } from '../contract.ts';
import { contentHash } from '../document.ts';
import { listOwners } from '../index.repository.ts';
import type { SearchSource, SourceRow } from '../source.ts';
import { IndexState } from '../state.ts';
import * as queries from './marks.repository.ts';
import { embeddingHash, toEmbeddingSource } from './parts.ts';

/** Rows that are embedded and kept together. */
const BATCH = 50;
const PAGE = 500;
const POLL_MS = 500;
/** After a trouble: a service that is overloaded needs a while. */
const PAUSE_MS = 15_000;

export interface EmbeddingStatus {
  readonly model: string;
  /** Vectors of this model. */
  readonly current: number;
  /** Vectors of other models, which no search finds. */
  readonly stale: number;
  /** Rows that the model has yet to look at. */
  readonly pending: number;
}

export interface EmbedOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told after each batch how many rows are done. */
  readonly onProgress?: (done: number) => void;
}

interface Mark {
  readonly id: string;
  readonly stamp: string;
}

/** A text changed while it was embedded: its mark has another stamp, or comes once the index has it. */
class Overtaken extends Error {}

/**
 * Keeps the vectors of all texts that search finds. The index leaves a mark for each row that it changed; what is embedded is
 * kept together with the removal of its marks, so that whatever ends in between is done again, and nothing twice.
 *
 * @example
 * ```ts
 * const embeddings = new TextEmbeddings(vectors, conversationSources);
 * await embeddings.keepEmbedded({ signal });
 * ```
 */
export class TextEmbeddings {
  readonly vectors: Vectors;
  readonly #database: Database;
  readonly #sources: ReadonlyMap<string, SearchSource>;

  constructor(vectors: Vectors, sources: readonly SearchSource[]) {
    this.vectors = vectors;
    this.#database = vectors.database;
    this.#sources = new Map(sources.map((source) => [source.kind, source]));
  }

  async status(userId: string): Promise<EmbeddingStatus> {
    const pending = (await this.#database.forUser(userId).first(queries.countEmbeddingMarks))?.count ?? 0;
    return { ...(await this.vectors.status(userId)), pending };
  }

  /**
   * Marks what the index has and this model hasn't seen as it is now: all of it after another model was chosen, or what was
   * indexed while none was. Gives how many rows that were.
   */
  async markMissing(userId: string, signal?: AbortSignal): Promise<number> {
    const user = this.#database.forUser(userId);
    let after = '';
    let marked = 0;
    for (;;) {
      signal?.throwIfAborted();
      const entries = await user.all(queries.listEntryHashes, { after, limit: PAGE });
      const missing = await this.#missing(user, entries);
      const now = new Date();
      await user.runMany(
        queries.upsertEmbeddingMark,
        missing.map((id) => ({ id, stamp: newId(), now })),
      );
      marked += missing.length;
      after = entries.at(-1)?.id ?? after;
      if (entries.length < PAGE) return marked;
    }
  }

  /**
   * Embeds what is marked of an owner, batch by batch. Gives how many rows that were.
   *
   * @throws EmbedderError, after having kept what was embedded before
   */
  async embed(userId: string, { signal, onProgress }: EmbedOptions = {}): Promise<number> {
    const user = this.#database.forUser(userId);
    let done = 0;
    let after = '';
    let failure: EmbedderError | undefined;
    for (;;) {
      signal?.throwIfAborted();
      const marks = await user.all(queries.listEmbeddingMarks, { after, limit: BATCH });
      if (marks.length === 0) break;
      after = marks.at(-1)?.id ?? after;
      const outcome = await this.#embedPatiently(user, marks, signal);
      done += outcome.done;
      failure ??= outcome.refusal;
      onProgress?.(done);
    }
    if (failure !== undefined) throw failure;
    return done;
  }

  /**
   * First marks what is missing of everybody, then embeds what changes, until the signal ends it. Run it in one process or in
   * several; the worker does it.
   */
  async keepEmbedded({ signal, pollMs = POLL_MS, onTrouble }: KeepIndexed): Promise<void> {
    const attempt = async (work: () => Promise<boolean>): Promise<void> => {
      try {
        if (!(await work())) await sleep(pollMs, undefined, { signal }).catch(() => undefined);
      } catch (error) {
        if (signal.aborted) return;
        onTrouble?.(error);
        await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
      }
    };
    await outsideTransaction(this.#database, async () => {
      await attempt(async () => {
        for await (const userId of this.#indexedOwners()) await this.markMissing(userId, signal);
        return true;
      });
      while (!signal.aborted) await attempt(() => this.#round(signal));
    });
  }

  /** All at once; where the model refuses that, one by one: a text that it doesn't take must not hold up the others. */
  async #embedPatiently(user: UserHandle, marks: readonly Mark[], signal: AbortSignal | undefined): Promise<Outcome> {
    try {
      return { done: await this.#embed(user, marks, signal), refusal: undefined };
    } catch (error) {
      if (!(error instanceof EmbedderError) || error.retriable) throw error;
      if (marks.length === 1) return { done: 0, refusal: error };
    }
    const outcome: { done: number; refusal: EmbedderError | undefined } = { done: 0, refusal: undefined };
    for (const mark of marks) {
      const { done, refusal } = await this.#embedPatiently(user, [mark], signal);
      outcome.done += done;
      outcome.refusal ??= refusal;
    }
    return outcome;
  }

  /** Everybody who has marks, one after the other. Was anything done? */
  async #round(signal: AbortSignal): Promise<boolean> {
    const system = this.#database.system('embedding what was indexed');
    let worked = false;
    let after = '';
    let failure: EmbedderError | undefined;
    while (!signal.aborted) {
      const owner = await system.first(queries.findNextEmbeddingOwner, { after });
      if (owner === undefined) break;
      after = owner.user_id;
      try {
        worked = (await this.embed(after, { signal })) > 0 || worked;
      } catch (error) {
        if (!(error instanceof EmbedderError) || error.retriable) throw error;
        failure = error;
      }
    }
    if (failure !== undefined) throw failure;
    return worked;
  }

  async #missing(user: UserHandle, entries: readonly { id: string; content_hash: string }[]): Promise<string[]> {
    const missing: string[] = [];
    const ofKinds = Map.groupBy(entries, ({ id }) => entityOf(id).kind);
    for (const [kind, ofKind] of ofKinds) {
      if (!this.#sources.has(kind)) continue;
      const hashes = await this.vectors.hashesOf(
        user.userId,
        kind,
        ofKind.map(({ id }) => entityOf(id).entityId),
      );
      missing.push(
        ...ofKind
          .filter(({ id, content_hash }) => hashes.get(entityOf(id).entityId) !== embeddingHash(content_hash))
          .map(({ id }) => id),
      );
    }
    return missing;
  }

  async #embed(user: UserHandle, marks: readonly Mark[], signal: AbortSignal | undefined): Promise<number> {
    const before = await this.#read(user, marks);
    const texts = marks.map(({ id }): EmbeddingSource => {
      const { kind, entityId } = entityOf(id);
      const found = before.get(id);
      return found === undefined ? { kind, entityId, parts: [] } : toEmbeddingSource(found.source, found.row);
    });
    try {
      await this.vectors.embedPending(user.userId, texts, {
        signal,
        batchSize: BATCH,
        onKept: async (_sources, writer) => {
          // Whoever takes rows out of the index waits until this ends, and then takes out what it kept.
          await IndexState.hold(writer, new Date());
          const now = await this.#read(writer, marks);
          if (marks.some(({ id }) => now.get(id)?.hash !== before.get(id)?.hash)) throw new Overtaken();
          await writer.runMany(queries.eraseEmbeddingMark, marks);
        },
      });
    } catch (error) {
      if (error instanceof Overtaken) return 0;
      throw error;
    }
    return marks.length;
  }

  async #read(user: UserHandle, marks: readonly Mark[]): Promise<Map<string, FoundRow>> {
    const found = new Map<string, FoundRow>();
    for (const [kind, ofKind] of Map.groupBy(marks, ({ id }) => entityOf(id).kind)) {
      const source = this.#sources.get(kind);
      if (source === undefined) continue;
      const ids = ofKind.map(({ id }) => entityOf(id).entityId);
      for (const row of await source.read(user, ids))
        found.set(entryId(kind, row.id), { source, row, hash: contentHash(source, row) });
    }
    return found;
  }

  async *#indexedOwners(): AsyncIterableIterator<string> {
    const system = this.#database.system('looking what of the index has no vectors');
    let after = '';
    for (;;) {
      const rows = await system.all(listOwners, { after, limit: PAGE });
      for (const { user_id: userId } of rows) yield (after = userId);
      if (rows.length < PAGE) return;
    }
  }
}

interface Outcome {
  readonly done: number;
  /** Why something wasn't embedded. */
  readonly refusal: EmbedderError | undefined;
}

interface FoundRow {
  readonly source: SearchSource;
  readonly row: SourceRow;
  readonly hash: string;
}
