import type { Migration } from '../src/schema/migration.ts';

/** Messages of conversations that nobody needs at hand: packed together, out of the tables and indexes that are in use. */
export const migration: Migration = {
  name: '0018_cold_storage',

  up(m) {
    m.addColumn('conversations', 'is_cold', (t) => t.boolean().default(false));
    m.createTable(
      'conversation_cold_parts',
      (t) => ({
        user_id: t.userId(),
        id: t.uuid(),
        conversation_id: t.uuid(),
        part: t.integer({ min: 1 }),
        is_last: t.boolean(),
        active_leaf_id: t.uuid().nullable(),
        messages: t.integer({ min: 0 }),
        first_at: t.timestamp().nullable(),
        last_at: t.timestamp().nullable(),
        text_bytes: t.bigint({ min: 0 }),
        data_bytes: t.bigint({ min: 0 }),
        digest: t.text({ min: 64, max: 64 }),
        created_at: t.timestamp(),
        data: t.blob(),
      }),
      {
        primaryKey: ['user_id', 'id'],
        foreignKeys: [{ columns: ['user_id', 'conversation_id'], references: ['conversations', ['user_id', 'id']] }],
        indexes: {
          conversation_cold_parts_part_key: { columns: ['user_id', 'conversation_id', 'part'], unique: true },
          conversation_cold_parts_by_time: { columns: ['user_id', 'last_at', 'first_at', 'id'] },
        },
      },
    );
    m.trackChanges('conversation_cold_parts');
    m.protectRows('conversation_cold_parts');
  },

  down(m) {
    m.unprotectRows('conversation_cold_parts');
    m.untrackChanges('conversation_cold_parts');
    m.dropTables('conversation_cold_parts');
    m.dropColumn('conversations', 'is_cold');
  },
};
