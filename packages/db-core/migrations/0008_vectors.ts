import type { Migration } from '../src/schema/migration.ts';

/** Texts as embedding models see them. What searches them faster is made beside this table, and can be made anew at any time. */
export const migration: Migration = {
  name: '0008_vectors',

  up(m) {
    m.createTable(
      'search_embeddings',
      (t) => ({
        user_id: t.userId(),
        id: t.uuid(),
        kind: t.text({ min: 1, max: 100 }),
        entity_id: t.uuid(),
        part: t.integer({ min: 0 }),
        model: t.text({ min: 1, max: 200 }),
        dimensions: t.integer({ min: 1, max: 8192 }),
        content_hash: t.text({ min: 1, max: 100 }),
        vector: t.blob(),
        created_at: t.timestamp(),
      }),
      {
        primaryKey: ['user_id', 'id'],
        indexes: {
          search_embeddings_part_key: {
            columns: ['user_id', 'kind', 'entity_id', 'part', 'model'],
            unique: true,
          },
        },
      },
    );
    m.trackChanges('search_embeddings');
    m.protectRows('search_embeddings');
  },

  down(m) {
    m.unprotectRows('search_embeddings');
    m.untrackChanges('search_embeddings');
    m.dropTables('search_embeddings');
  },
};
