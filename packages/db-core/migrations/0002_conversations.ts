import type { Migration } from '../src/schema/migration.ts';

/** Chat conversations and their messages. A message's number is given once and its row never changes afterwards. */
export const migration: Migration = {
  name: '0002_conversations',

  up(m) {
    m.createTable(
      'conversations',
      (t) => ({
        user_id: t.userId(),
        id: t.uuid(),
        title: t.text({ max: 500 }).nullable(),
        status: t.oneOf(['ACTIVE', 'ARCHIVED', 'CLOSED', 'DELETED']).default('ACTIVE'),
        next_seq: t.bigint({ min: 1 }).default(1),
        message_count: t.bigint({ min: 0 }).default(0),
        last_message_at: t.timestamp().nullable(),
        last_opened_at: t.timestamp().nullable(),
        archived_at: t.timestamp().nullable(),
        closed_at: t.timestamp().nullable(),
        deleted_at: t.timestamp().nullable(),
        expires_at: t.timestamp().nullable(),
        is_hidden: t.boolean().default(false),
        active_leaf_id: t.uuid().nullable(),
        source: t.text({ min: 1, max: 100 }).nullable(),
        external_id: t.text({ min: 1, max: 255 }).nullable(),
        metadata: t.json().default('{}'),
        created_at: t.timestamp(),
        updated_at: t.timestamp(),
        version: t.integer({ min: 1 }).default(1),
      }),
      {
        primaryKey: ['user_id', 'id'],
        foreignKeys: [
          // Deferred, because a conversation and its messages refer to each other.
          {
            columns: ['user_id', 'id', 'active_leaf_id'],
            references: ['conversation_messages', ['user_id', 'conversation_id', 'id']],
            deferred: true,
          },
        ],
        indexes: {
          // Pages of a user's conversations, latest first; what lists filter by is in it, so that others are passed over unread.
          conversations_by_activity: {
            columns: ['user_id', 'last_message_at desc nulls last', 'id desc', 'status', 'is_hidden'],
          },
          // An import recognises what it has brought in before.
          conversations_external_key: {
            columns: ['user_id', 'source', 'external_id'],
            unique: true,
            where: 'external_id IS NOT NULL',
          },
        },
        checks: {
          // With a null source the unique key above would let the same import in twice.
          conversations_external_source: 'external_id IS NULL OR source IS NOT NULL',
          conversations_counted: 'message_count < next_seq',
        },
        // Every append changes the row.
        fillFactor: 80,
      },
    );

    m.createTable(
      'conversation_messages',
      (t) => ({
        user_id: t.userId(),
        id: t.uuid(),
        conversation_id: t.uuid(),
        seq: t.bigint({ min: 1 }),
        parent_id: t.uuid().nullable(),
        role: t.oneOf(['system', 'user', 'assistant', 'tool']),
        content: t.text({ max: 4_194_304 }),
        parts: t.json().nullable(),
        status: t.oneOf(['complete', 'partial', 'aborted']).default('complete'),
        token_count: t.integer({ min: 0 }).nullable(),
        request_id: t.text({ min: 1, max: 255 }).nullable(),
        request_part: t.integer({ min: 0 }).default(0),
        source: t.text({ min: 1, max: 100 }).nullable(),
        model_name: t.text({ min: 1, max: 200 }).nullable(),
        tokens: t.integer({ min: 0 }).nullable(),
        latency_ms: t.integer({ min: 0 }).nullable(),
        metadata: t.json().default('{}'),
        external_id: t.text({ min: 1, max: 255 }).nullable(),
        created_at: t.timestamp(),
      }),
      {
        primaryKey: ['user_id', 'id'],
        foreignKeys: [
          { columns: ['user_id', 'conversation_id'], references: ['conversations', ['user_id', 'id']] },
          // With the conversation in it, a parent can only be a message of the same one.
          {
            columns: ['user_id', 'conversation_id', 'parent_id'],
            references: ['conversation_messages', ['user_id', 'conversation_id', 'id']],
          },
        ],
        indexes: {
          // A conversation in order: pages, the last N, counts.
          conversation_messages_seq_key: { columns: ['user_id', 'conversation_id', 'seq'], unique: true },
          // What the two keys above refer to.
          conversation_messages_conversation_key: { columns: ['user_id', 'conversation_id', 'id'], unique: true },
          // A save that is tried again is recognised. One request may save several messages of a role: its parts.
          conversation_messages_request_key: {
            columns: ['user_id', 'conversation_id', 'request_id', 'role', 'request_part'],
            unique: true,
            where: 'request_id IS NOT NULL',
          },
          // An import recognises what it has brought in before.
          conversation_messages_external_key: {
            columns: ['user_id', 'conversation_id', 'external_id'],
            unique: true,
            where: 'external_id IS NOT NULL',
          },
          // Messages of one source, latest first.
          conversation_messages_by_source: {
            columns: ['user_id', 'source', 'created_at desc', 'id desc'],
            where: 'source IS NOT NULL',
          },
        },
      },
    );

    // A conversation has one owner. Without knowing this PostgreSQL expects far fewer messages than there are, and sorts.
    m.execute({
      sqlite: '',
      postgres:
        'CREATE STATISTICS conversation_messages_owner (dependencies) ON user_id, conversation_id FROM conversation_messages',
    });

    // An answer may grow while it is partial; who wrote it, where and when may not change even then.
    m.execute({
      sqlite: `
        CREATE TRIGGER conversation_messages_refuse_update BEFORE UPDATE ON conversation_messages
        WHEN OLD.status <> 'partial'
          OR NEW.user_id <> OLD.user_id OR NEW.id <> OLD.id OR NEW.conversation_id <> OLD.conversation_id OR NEW.seq <> OLD.seq
          OR NEW.parent_id IS NOT OLD.parent_id OR NEW.role <> OLD.role OR NEW.created_at <> OLD.created_at
        BEGIN
          SELECT RAISE(ABORT, 'keelson: immutable row in conversation_messages');
        END;
        CREATE TRIGGER conversation_messages_refuse_delete BEFORE DELETE ON conversation_messages
        BEGIN
          SELECT RAISE(ABORT, 'keelson: immutable row in conversation_messages');
        END`,
      postgres: `
        CREATE TRIGGER conversation_messages_refuse_update BEFORE UPDATE ON conversation_messages FOR EACH ROW
        WHEN (OLD.status <> 'partial'
          OR NEW.user_id <> OLD.user_id OR NEW.id <> OLD.id OR NEW.conversation_id <> OLD.conversation_id OR NEW.seq <> OLD.seq
          OR NEW.parent_id IS DISTINCT FROM OLD.parent_id OR NEW.role <> OLD.role OR NEW.created_at <> OLD.created_at)
        EXECUTE FUNCTION keelson_refuse_change();
        CREATE TRIGGER conversation_messages_refuse_delete BEFORE DELETE ON conversation_messages FOR EACH ROW
        EXECUTE FUNCTION keelson_refuse_change();
        CREATE TRIGGER conversation_messages_refuse_truncate BEFORE TRUNCATE ON conversation_messages FOR EACH STATEMENT
        EXECUTE FUNCTION keelson_refuse_change()`,
    });
  },

  down(m) {
    m.dropTables('conversation_messages', 'conversations');
  },
};
