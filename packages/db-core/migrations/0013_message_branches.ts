import type { Migration } from '../src/schema/migration.ts';

const permitted =
  "EXISTS (SELECT 1 FROM erasure_permits AS p WHERE p.table_name = 'conversation_messages' AND p.user_id = OLD.user_id AND p.row_id = OLD.id)";

/** What may not change even while a message is partial, and nothing may afterwards. */
const changes = (isNot: string): string => `OLD.status <> 'partial'
    OR NEW.user_id <> OLD.user_id OR NEW.id <> OLD.id OR NEW.conversation_id <> OLD.conversation_id OR NEW.seq <> OLD.seq
    OR NEW.parent_id ${isNot} OLD.parent_id OR NEW.role <> OLD.role OR NEW.created_at <> OLD.created_at`;

const WRITTEN = [
  'user_id',
  'id',
  'conversation_id',
  'seq',
  'parent_id',
  'role',
  'content',
  'parts',
  'status',
  'request_id',
  'request_part',
  'source',
  'model_name',
  'tokens',
  'latency_ms',
  'metadata',
  'external_id',
  'created_at',
];

/** A count of tokens is made of the message and adds nothing to it: it may come later, once. */
const onlyCounted = (is: string): string =>
  [
    'OLD.token_count IS NULL',
    'NEW.token_count IS NOT NULL',
    ...WRITTEN.map((name) => `NEW.${name} ${is} OLD.${name}`),
  ].join(' AND ');

const refuseUpdate = {
  sqlite: (condition: string): string => `
    DROP TRIGGER conversation_messages_refuse_update;
    CREATE TRIGGER conversation_messages_refuse_update BEFORE UPDATE ON conversation_messages
    WHEN ${condition}
    BEGIN
      SELECT RAISE(ABORT, 'keelson: immutable row in conversation_messages');
    END`,
  postgres: (condition: string): string => `
    DROP TRIGGER conversation_messages_refuse_update ON conversation_messages;
    CREATE TRIGGER conversation_messages_refuse_update BEFORE UPDATE ON conversation_messages FOR EACH ROW
    WHEN (${condition})
    EXECUTE FUNCTION keelson_refuse_change()`,
};

/** The number of a message's parent; 0 where it has none. */
const parentSeq = (message: string): string =>
  `coalesce((SELECT p.seq FROM conversation_messages AS p WHERE p.user_id = ${message}.user_id AND p.id = ${message}.parent_id), 0)`;

const isBranch = (message: string): string => `${message}.seq > 1 AND ${parentSeq(message)} <> ${message}.seq - 1`;

const insertBranches = (from: string): string => `
    INSERT INTO conversation_branches (user_id, id, conversation_id, seq, parent_seq)
    SELECT m.user_id, m.id, m.conversation_id, m.seq, ${parentSeq('m')} FROM ${from} AS m
    WHERE ${isBranch('m')}
    ON CONFLICT DO NOTHING`;

/**
 * Where conversations branch, so that the way from a message back to the first is a few ranges of numbers instead of a walk
 * from parent to parent; what a model's context and figures are read by; and counts of tokens that come after the message.
 */
export const migration: Migration = {
  name: '0013_message_branches',

  up(m) {
    m.createTable(
      'conversation_branches',
      (t) => ({
        user_id: t.userId(),
        id: t.uuid(),
        conversation_id: t.uuid(),
        seq: t.bigint({ min: 2 }),
        parent_seq: t.bigint({ min: 0 }),
      }),
      {
        primaryKey: ['user_id', 'id'],
        indexes: {
          conversation_branches_seq_key: { columns: ['user_id', 'conversation_id', 'seq'], unique: true },
          conversation_branches_by_parent: { columns: ['user_id', 'conversation_id', 'parent_seq', 'seq'] },
        },
        // Every step back leads to a smaller number: no way goes round in a circle.
        checks: { conversation_branches_backwards: 'parent_seq < seq' },
      },
    );
    m.protectRows('conversation_branches');
    m.createIndex('conversation_messages_system', 'conversation_messages', {
      columns: ['user_id', 'conversation_id', 'seq'],
      // Were it said by `=`, SQLite would look at the values of every statement that compares a role, and plan it anew each time.
      where: "role NOT IN ('user', 'assistant', 'tool')",
    });
    m.createIndex('conversation_messages_by_time', 'conversation_messages', {
      columns: ['user_id', 'created_at', 'role', 'model_name', 'tokens', 'latency_ms'],
    });
    m.createIndex('conversation_messages_uncounted', 'conversation_messages', {
      columns: ['user_id', 'id'],
      where: "token_count IS NULL AND status <> 'partial'",
    });
    m.execute({
      sqlite: `
        ${insertBranches('conversation_messages')};
        CREATE TRIGGER conversation_messages_branch_insert AFTER INSERT ON conversation_messages
        WHEN ${isBranch('NEW')}
        BEGIN
          INSERT INTO conversation_branches (user_id, id, conversation_id, seq, parent_seq)
          VALUES (NEW.user_id, NEW.id, NEW.conversation_id, NEW.seq, ${parentSeq('NEW')})
          ON CONFLICT DO NOTHING;
        END;
        CREATE TRIGGER conversation_messages_branch_delete AFTER DELETE ON conversation_messages
        BEGIN
          DELETE FROM conversation_branches WHERE user_id = OLD.user_id AND id = OLD.id;
        END;
        ${refuseUpdate.sqlite(`(${changes('IS NOT')}) AND NOT ${permitted} AND NOT (${onlyCounted('IS')})`)}`,
      postgres: `
        ${insertBranches('conversation_messages')};
        CREATE FUNCTION keelson_note_branches() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'INSERT' THEN
            ${insertBranches('new_rows')};
          ELSE
            DELETE FROM conversation_branches WHERE (user_id, id) IN (SELECT o.user_id, o.id FROM old_rows AS o);
          END IF;
          RETURN NULL;
        END
        $$;
        CREATE TRIGGER conversation_messages_branch_insert AFTER INSERT ON conversation_messages
        REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION keelson_note_branches();
        CREATE TRIGGER conversation_messages_branch_delete AFTER DELETE ON conversation_messages
        REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION keelson_note_branches();
        ${refuseUpdate.postgres(`(${changes('IS DISTINCT FROM')}) AND NOT (${onlyCounted('IS NOT DISTINCT FROM')})`)}`,
    });
  },

  down(m) {
    m.dropTrigger('conversation_messages_branch_insert', 'conversation_messages');
    m.dropTrigger('conversation_messages_branch_delete', 'conversation_messages');
    m.execute({
      sqlite: refuseUpdate.sqlite(`(${changes('IS NOT')}) AND NOT ${permitted}`),
      postgres: `
        DROP FUNCTION keelson_note_branches();
        ${refuseUpdate.postgres(changes('IS DISTINCT FROM'))}`,
    });
    m.dropIndex('conversation_messages_uncounted');
    m.dropIndex('conversation_messages_by_time');
    m.dropIndex('conversation_messages_system');
    m.unprotectRows('conversation_branches');
    m.dropTables('conversation_branches');
  },
};
