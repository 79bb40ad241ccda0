import { defineQuery } from '../database/query.ts';

interface Model {
  readonly model: string;
  readonly dimensions: number;
}

interface Place {
  readonly kind: string;
  readonly entityId: string;
}

interface Scan extends Model, Place {
  readonly part: number;
  readonly limit: number;
}

/** All vectors of a model, in the order of what they belong to, after a place. */
export const scan = defineQuery('vectors.scan', (db, p: Scan) =>
  db
    .selectFrom('search_embeddings')
    .select(['kind', 'entity_id', 'part', 'vector'])
    .where((eb) =>
      eb(eb.refTuple('kind', 'entity_id', 'part'), '>', eb.tuple(eb.val(p.kind), eb.val(p.entityId), eb.val(p.part))),
    )
    .where('model', '=', p.model)
    .where('dimensions', '=', p.dimensions)
    .orderBy('kind')
    .orderBy('entity_id')
    .orderBy('part')
    .limit(p.limit),
);

/** As {@link scan}, of one kind. */
export const scanKind = defineQuery('vectors.scanKind', (db, p: Scan) =>
  db
    .selectFrom('search_embeddings')
    .select(['kind', 'entity_id', 'part', 'vector'])
    .where('kind', '=', p.kind)
    .where((eb) => eb(eb.refTuple('entity_id', 'part'), '>', eb.tuple(eb.val(p.entityId), eb.val(p.part))))
    .where('model', '=', p.model)
    .where('dimensions', '=', p.dimensions)
    .orderBy('entity_id')
    .orderBy('part')
    .limit(p.limit),
);

export const findByIds = defineQuery('vectors.findByIds', (db, p: { ids: readonly string[] }) =>
  db
    .selectFrom('search_embeddings')
    .select(['id', 'kind', 'entity_id', 'part', 'model', 'dimensions', 'vector'])
    .where('id', 'in', p.ids),
);

/** The vectors of some entities. */
export const findVectors = defineQuery(
  'vectors.findVectors',
  (db, p: Model & { kind: string; entityIds: readonly string[] }) =>
    db
      .selectFrom('search_embeddings')
      .select(['entity_id', 'part', 'vector'])
      .where('kind', '=', p.kind)
      .where('entity_id', 'in', p.entityIds)
      .where('model', '=', p.model)
      .where('dimensions', '=', p.dimensions),
);

/** What is there of some entities, of whatever model. */
export const findOfEntities = defineQuery(
  'vectors.findOfEntities',
  (db, p: { kind: string; entityIds: readonly string[] }) =>
    db
      .selectFrom('search_embeddings')
      .select(['id', 'entity_id', 'part', 'model', 'dimensions', 'content_hash'])
      .where('kind', '=', p.kind)
      .where('entity_id', 'in', p.entityIds),
);

interface NewEmbedding extends Model, Place {
  readonly id: string;
  readonly part: number;
  readonly hash: string;
  readonly vector: Uint8Array;
  readonly now: Date;
}

export const upsert = defineQuery('vectors.upsert', (db, p: NewEmbedding) =>
  db
    .insertInto('search_embeddings')
    .values({
      id: p.id,
      kind: p.kind,
      entity_id: p.entityId,
      part: p.part,
      model: p.model,
      dimensions: p.dimensions,
      content_hash: p.hash,
      vector: p.vector,
      created_at: p.now,
    })
    .onConflict((conflict) =>
      conflict.columns(['user_id', 'kind', 'entity_id', 'part', 'model']).doUpdateSet((eb) => ({
        dimensions: eb.ref('excluded.dimensions'),
        content_hash: eb.ref('excluded.content_hash'),
        vector: eb.ref('excluded.vector'),
        created_at: eb.ref('excluded.created_at'),
      })),
    ),
);

export const erase = defineQuery('vectors.erase', (db, p: { ids: readonly string[] }) =>
  db.deleteFrom('search_embeddings').where('id', 'in', p.ids),
);

export const eraseOfEntities = defineQuery(
  'vectors.eraseOfEntities',
  (db, p: { kind: string; entityIds: readonly string[] }) =>
    db.deleteFrom('search_embeddings').where('kind', '=', p.kind).where('entity_id', 'in', p.entityIds),
);

/** Which models made what, in the order of what it belongs to, after a place. */
export const list = defineQuery('vectors.list', (db, p: Place & { model: string; part: number; limit: number }) =>
  db
    .selectFrom('search_embeddings')
    .select(['kind', 'entity_id', 'model', 'part', 'dimensions'])
    .where((eb) =>
      eb(
        eb.refTuple('kind', 'entity_id', 'part', 'model'),
        '>',
        eb.tuple(eb.val(p.kind), eb.val(p.entityId), eb.val(p.part), eb.val(p.model)),
      ),
    )
    .orderBy('kind')
    .orderBy('entity_id')
    .orderBy('part')
    .orderBy('model')
    .limit(p.limit),
);

export const countStale = defineQuery('vectors.countStale', (db, p: Model) =>
  db
    .selectFrom('search_embeddings')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where((eb) => eb.or([eb('model', '<>', p.model), eb('dimensions', '<>', p.dimensions)])),
);

export const count = defineQuery('vectors.count', (db, p: Model) =>
  db
    .selectFrom('search_embeddings')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('model', '=', p.model)
    .where('dimensions', '=', p.dimensions),
);
