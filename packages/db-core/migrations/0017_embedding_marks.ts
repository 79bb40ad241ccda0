import type { Migration } from '../src/schema/migration.ts';

/** What of the search index an embedding model has yet to look at. */
export const migration: Migration = {
  name: '0017_embedding_marks',

  up(m) {
    m.createTable(
      'search_embedding_marks',
      (t) => ({
        user_id: t.userId(),
        id: t.text({ min: 1, max: 100 }),
        stamp: t.uuid(),
        created_at: t.timestamp(),
      }),
      { primaryKey: ['user_id', 'id'], withoutRowid: true },
    );
    m.protectRows('search_embedding_marks');
  },

  down(m) {
    m.unprotectRows('search_embedding_marks');
    m.dropTables('search_embedding_marks');
  },
};
