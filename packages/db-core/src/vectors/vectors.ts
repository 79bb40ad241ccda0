import { type Database, isInsideTransaction } from '../database/database.ts';
import { ConfigurationError, InternalError } from '../errors/index.ts';
import type { Embedder, EmbeddingSource, Neighbour } from './contract.ts';
import { type EmbedPendingOptions, type EmbedReport, embedSources } from './embedding.ts';
import * as queries from './embedding.repository.ts';
import { exactScan, NO_ID } from './exact-scan.ts';
import { indexSearch } from './index-search.ts';
import { bringUpToDate, vectorIndexOf } from './index-upkeep.ts';
import { checked, entitiesSchema, nearestSchema } from './input.ts';
import { NearestFew } from './nearest-few.ts';
import { distance, queryVector, vectorOf } from './vector.ts';

export interface NearestOptions {
  readonly userId: string;
  /** Text, which is embedded first, or a vector of the embedder's model. */
  readonly to: string | Float32Array;
  /** Default: every kind. */
  readonly kinds?: readonly string[];
  /** 1–1,000; default 10. */
  readonly limit?: number;
  readonly signal?: AbortSignal;
}

export interface NearestAmongOptions {
  readonly to: Float32Array;
  /** Ids of rows by their kind. */
  readonly entities: ReadonlyMap<string, readonly string[]>;
  /** Default: 10. */
  readonly limit?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface VectorStatus {
  readonly model: string;
  /** Vectors of the embedder's model. */
  readonly current: number;
  /** Vectors of other models, which no search finds: re-embed them. */
  readonly stale: number;
}

/** A row that has vectors. */
export interface EmbeddedEntity {
  readonly kind: string;
  readonly entityId: string;
}

const PAGE = 1000;
/** Rows in one statement. */
const AMONG = 500;
const LONGEST_MODEL = 200;
const MOST_DIMENSIONS = 8192;

/**
 * Finds texts by how near their vectors are. Everything belongs to a user, and nobody else's is ever found.
 *
 * @example
 * ```ts
 * const vectors = new Vectors(database, hashedEmbedder());
 * await vectors.embedPending('ada', [{ kind: 'note', entityId, parts: [{ part: 0, text: 'Where is my parcel?' }] }]);
 * await vectors.nearest({ userId: 'ada', to: 'parcels', limit: 5 }); // [{ kind, entityId, part, distance }]
 * ```
 */
export class Vectors {
  readonly database: Database;
  readonly embedder: Embedder;

  constructor(database: Database, embedder: Embedder) {
    const { model, dimensions } = embedder;
    if (model.length === 0 || model.length > LONGEST_MODEL)
      throw new ConfigurationError(`The name of an embedder's model must have 1–${LONGEST_MODEL} characters.`);
    if (!Number.isInteger(dimensions) || dimensions < 1 || dimensions > MOST_DIMENSIONS)
      throw new ConfigurationError(`An embedder's vectors must have 1–${MOST_DIMENSIONS} numbers.`);
    this.database = database;
    this.embedder = embedder;
  }

  /**
   * What is nearest, the nearest first; equally near ones by kind, id and part. Only vectors of the embedder's model are
   * looked at. The same on every engine, with an extension or without.
   *
   * @throws ValidationError; EmbedderError when a text can't be embedded
   */
  async nearest({ userId, to, signal, ...options }: NearestOptions): Promise<readonly Neighbour[]> {
    const { kinds, limit } = checked(nearestSchema, options);
    const user = this.database.forUser(userId);
    const vector = queryVector(typeof to === 'string' ? await this.#embed(to, signal) : to, this.embedder.dimensions);
    const query = { model: this.embedder.model, vector, kinds: kinds && [...new Set(kinds)], limit };
    await this.database.initialize();
    const index = await vectorIndexOf(this.database);
    if (index === undefined || !(await index.isBuilt())) return exactScan(user, query, signal);
    await bringUpToDate(this.database, index, user.userId);
    return (await indexSearch(user, index, query)) ?? exactScan(user, query, signal);
  }

  /**
   * As {@link nearest}, among some rows only: their vectors are compared one by one, so that it takes as long as there are
   * rows, and finds the nearest however many others are nearer.
   */
  async nearestAmong(
    userId: string,
    { to, entities, limit = 10, signal }: NearestAmongOptions,
  ): Promise<readonly Neighbour[]> {
    const user = this.database.forUser(userId);
    const { model, dimensions } = this.embedder;
    const vector = queryVector(to, dimensions);
    const nearest = new NearestFew(limit);
    for (const [kind, ids] of entities) {
      for (let start = 0; start < ids.length; start += AMONG) {
        signal?.throwIfAborted();
        const entityIds = ids.slice(start, start + AMONG);
        for (const row of await user.all(queries.findVectors, { kind, entityIds, model, dimensions })) {
          const far = distance(vectorOf(row.vector), vector);
          nearest.add({ kind, entityId: row.entity_id, part: row.part, distance: far });
        }
      }
    }
    return nearest.sorted();
  }

  /** The vector of a text, to be compared with others. @throws EmbedderError */
  async embed(text: string, signal?: AbortSignal): Promise<Float32Array> {
    return queryVector(await this.#embed(text, signal), this.embedder.dimensions);
  }

  /**
   * Brings the vectors of these rows up to date: embeds the parts whose hash has changed or that have no vector of this
   * model, and removes those that aren't there any more, also other models'. What is done is kept batch by batch; doing it
   * again embeds only what is missing. Not inside a transaction: an embedder may take long.
   *
   * @throws EmbedderError, after having kept what was embedded before; ValidationError
   */
  async embedPending(
    userId: string,
    sources: Iterable<EmbeddingSource> | AsyncIterable<EmbeddingSource>,
    options: EmbedPendingOptions = {},
  ): Promise<EmbedReport> {
    if (isInsideTransaction(this.database))
      throw new InternalError('Texts are not embedded inside a transaction: it would wait for the embedder.');
    return embedSources(this.database.forUser(userId), this.embedder, sources, options);
  }

  /** Removes the vectors of rows that are gone, of every model; also inside the transaction that removes the rows. */
  async remove(userId: string, kind: string, entityIds: readonly string[]): Promise<number> {
    const valid = checked(entitiesSchema, { kind, entityIds });
    if (valid.entityIds.length === 0) return 0;
    const { changes } = await this.database.forUser(userId).run(queries.eraseOfEntities, valid);
    return changes;
  }

  /** The hash with which each of these rows was embedded by this model; rows without vectors of it are left out. */
  async hashesOf(userId: string, kind: string, entityIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const { model, dimensions } = this.embedder;
    const rows = await this.database.forUser(userId).all(queries.findOfEntities, { kind, entityIds });
    const current = rows.filter((row) => row.model === model && row.dimensions === dimensions);
    return new Map(current.map((row) => [row.entity_id, row.content_hash]));
  }

  async status(userId: string): Promise<VectorStatus> {
    const user = this.database.forUser(userId);
    const { model, dimensions } = this.embedder;
    const current = await user.first(queries.count, { model, dimensions });
    const stale = await user.first(queries.countStale, { model, dimensions });
    return { model, current: current?.count ?? 0, stale: stale?.count ?? 0 };
  }

  /** Rows with vectors of another model or length, each once, in order. */
  async *staleEntities(userId: string): AsyncIterableIterator<EmbeddedEntity> {
    const user = this.database.forUser(userId);
    const { model, dimensions } = this.embedder;
    let place = { kind: '', entityId: NO_ID, model: '', part: -1 };
    let given: EmbeddedEntity | undefined;
    for (;;) {
      const rows = await user.all(queries.list, { ...place, limit: PAGE });
      for (const row of rows) {
        if (row.model === model && row.dimensions === dimensions) continue;
        if (given?.kind === row.kind && given.entityId === row.entity_id) continue;
        given = { kind: row.kind, entityId: row.entity_id };
        yield given;
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) return;
      place = { kind: last.kind, entityId: last.entity_id, model: last.model, part: last.part };
    }
  }

  async #embed(text: string, signal: AbortSignal | undefined): Promise<Float32Array> {
    const [vector] = await this.embedder.embed([text], { signal });
    if (vector === undefined) throw new InternalError(`The embedder ${this.embedder.model} gave no vector for a text.`);
    return vector;
  }
}
