import { defineQuery, defineSystemQuery } from '../../database/query.ts';

export const listEmbeddingMarks = defineQuery('search.listEmbeddingMarks', (db, p: { after: string; limit: number }) =>
  db
    .selectFrom('search_embedding_marks')
    .select(['id', 'stamp'])
    .where('id', '>', p.after)
    .orderBy('id')
    .limit(p.limit),
);

export const countEmbeddingMarks = defineQuery('search.countEmbeddingMarks', (db) =>
  db.selectFrom('search_embedding_marks').select((eb) => eb.fn.countAll<number>().as('count')),
);

/** One for each row: a later change gives it another stamp. */
export const upsertEmbeddingMark = defineQuery(
  'search.upsertEmbeddingMark',
  (db, p: { id: string; stamp: string; now: Date }) =>
    db
      .insertInto('search_embedding_marks')
      .values({ id: p.id, stamp: p.stamp, created_at: p.now })
      .onConflict((conflict) =>
        conflict.columns(['user_id', 'id']).doUpdateSet((eb) => ({
          stamp: eb.ref('excluded.stamp'),
          created_at: eb.ref('excluded.created_at'),
        })),
      ),
);

/** Unless it has been changed since. */
export const eraseEmbeddingMark = defineQuery('search.eraseEmbeddingMark', (db, p: { id: string; stamp: string }) =>
  db.deleteFrom('search_embedding_marks').where('id', '=', p.id).where('stamp', '=', p.stamp),
);

export const eraseEmbeddingMarks = defineQuery('search.eraseEmbeddingMarks', (db, p: { ids: readonly string[] }) =>
  db.deleteFrom('search_embedding_marks').where('id', 'in', p.ids),
);

/** Whoever comes next of those that have marks. */
export const findNextEmbeddingOwner = defineSystemQuery('search.findNextEmbeddingOwner', (db, p: { after: string }) =>
  db.selectFrom('search_embedding_marks').select('user_id').where('user_id', '>', p.after).orderBy('user_id').limit(1),
);

/** What is in the index, with what tells its text from another. */
export const listEntryHashes = defineQuery('search.listEntryHashes', (db, p: { after: string; limit: number }) =>
  db.selectFrom('search_entries').select(['id', 'content_hash']).where('id', '>', p.after).orderBy('id').limit(p.limit),
);
