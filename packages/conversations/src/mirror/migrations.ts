import type { Migration } from '@keelson/db-core';

/** Everything that a mirror's database has. Column by column it is told in the package's README. */
const tables: Migration = {
  name: 'mirror_0001_tables',

  up(m) {
    m.createTable(
      'mirror_conversations',
      (t) => ({
        user_id: t.userId(),
        id: t.uuid(),
        status: t.oneOf(['ACTIVE', 'ARCHIVED', 'CLOSED']),
        source: t.text({ min: 1, max: 100 }).nullable(),
        is_hidden: t.boolean(),
        is_cold: t.boolean(),
        message_count: t.bigint({ min: 0 }),
        created_at: t.timestamp(),
        created_on: t.text({ min: 10, max: 13 }),
        updated_at: t.timestamp(),
        last_message_at: t.timestamp().nullable(),
        archived_at: t.timestamp().nullable(),
        closed_at: t.timestamp().nullable(),
      }),
      {
        primaryKey: ['user_id', 'id'],
        indexes: {
          // The feed may know only the id of a row that is gone: an erased owner's name is in it no more.
          mirror_conversations_by_id: { columns: ['id'] },
          mirror_conversations_by_day: { columns: ['created_on'] },
        },
      },
    );
    m.createTable(
      'mirror_messages',
      (t) => ({
        user_id: t.userId(),
        id: t.uuid(),
        conversation_id: t.uuid(),
        seq: t.bigint({ min: 1 }),
        role: t.oneOf(['system', 'user', 'assistant', 'tool']),
        status: t.oneOf(['complete', 'partial', 'aborted']),
        source: t.text({ min: 1, max: 100 }).nullable(),
        model_name: t.text({ min: 1, max: 200 }).nullable(),
        tokens: t.integer({ min: 0 }).nullable(),
        token_count: t.integer({ min: 0 }).nullable(),
        latency_ms: t.integer({ min: 0 }).nullable(),
        created_at: t.timestamp(),
        created_on: t.text({ min: 10, max: 13 }),
      }),
      {
        primaryKey: ['user_id', 'id'],
        indexes: {
          mirror_messages_by_id: { columns: ['id'] },
          mirror_messages_by_conversation: { columns: ['user_id', 'conversation_id', 'id'] },
          mirror_messages_by_day: { columns: ['created_on'] },
        },
      },
    );
    m.createTable(
      'mirror_state',
      (t) => ({
        singleton: t.integer({ min: 1, max: 1 }).default(1),
        source_id: t.uuid(),
        consumer: t.text({ min: 1, max: 100 }),
        position: t.text({ max: 65_536 }).nullable(),
        fill_position: t.text({ max: 65_536 }).nullable(),
        fill_stage: t.oneOf(['conversations', 'messages', 'cold']).nullable(),
        fill_user_id: t.text({ max: 255 }).nullable(),
        fill_id: t.uuid().nullable(),
        lease_id: t.uuid().nullable(),
        lease_expires_at: t.timestamp().nullable(),
        created_at: t.timestamp(),
        filled_at: t.timestamp().nullable(),
        current_at: t.timestamp().nullable(),
      }),
      { primaryKey: ['singleton'] },
    );
  },

  down(m) {
    m.dropTables('mirror_state', 'mirror_messages', 'mirror_conversations');
  },
};

export const mirrorMigrations: readonly Migration[] = [tables];
