import type { Migration } from '../src/schema/migration.ts';

/** One full-text index for all domains: what is to be indexed, what is, and the words by which it is found. */
export const migration: Migration = {
  name: '0009_search',

  up(m) {
    m.createTable(
      'search_marks',
      (t) => ({
        user_id: t.userId(),
        id: t.uuid(),
        kind: t.text({ min: 1, max: 50 }),
        entity_id: t.uuid(),
        size: t.bigint({ min: 0 }),
        created_at: t.timestamp(),
      }),
      { primaryKey: ['user_id', 'id'], withoutRowid: true },
    );

    m.createTable(
      'search_indexes',
      (t) => ({
        user_id: t.userId(),
        id: t.text({ min: 1, max: 50 }),
        next_number: t.integer({ min: 1 }).default(1),
        block: t.integer({ min: 1 }).default(1),
        block_entries: t.integer({ min: 0 }).default(0),
        block_tokens: t.bigint({ min: 0 }).default(0),
        kinds: t.json(),
        version: t.integer({ min: 1 }).default(1),
        created_at: t.timestamp(),
        updated_at: t.timestamp(),
      }),
      { primaryKey: ['user_id', 'id'], fillFactor: 70 },
    );

    m.createTable(
      'search_entries',
      (t) => ({
        user_id: t.userId(),
        id: t.text({ min: 1, max: 100 }),
        number: t.integer({ min: 1 }),
        block: t.integer({ min: 1 }),
        occurred_at: t.timestamp(),
        length: t.bigint({ min: 0 }),
        content_hash: t.text({ min: 1, max: 64 }),
        tokenizer: t.text({ min: 1, max: 50 }),
        terms: t.text(),
        updated_at: t.timestamp(),
      }),
      {
        primaryKey: ['user_id', 'id'],
        indexes: { search_entries_number_key: { columns: ['user_id', 'number'], unique: true } },
      },
    );

    m.createTable(
      'search_postings',
      (t) => ({
        user_id: t.userId(),
        id: t.text({ min: 1, max: 200 }),
        postings: t.blob(),
        positions: t.blob(),
      }),
      // Most rows are short: words that few entries have. Rows of common words change often.
      { primaryKey: ['user_id', 'id'], withoutRowid: true, fillFactor: 80 },
    );

    m.protectRows('search_marks', 'search_indexes', 'search_entries', 'search_postings');
    m.trackSearch('conversations', { kind: 'conversation', texts: ['title'], alsoOn: ['status', 'is_hidden'] });
    m.trackSearch('conversation_messages', { kind: 'message', texts: ['content'] });
  },

  down(m) {
    m.untrackSearch('conversations', 'conversation_messages');
    m.unprotectRows('search_marks', 'search_indexes', 'search_entries', 'search_postings');
    m.dropTables('search_postings', 'search_entries', 'search_indexes', 'search_marks');
  },
};
