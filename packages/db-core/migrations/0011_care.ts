import type { Migration } from '../src/schema/migration.ts';

/** What the triggers of immutable rows look for before they refuse, on SQLite. */
const permitted = (table: string): string =>
  `EXISTS (SELECT 1 FROM erasure_permits AS p WHERE p.table_name = '${table}' AND p.user_id = OLD.user_id AND p.row_id = OLD.id)`;

const dropTriggers = `
  DROP TRIGGER conversation_messages_refuse_update;
  DROP TRIGGER conversation_messages_refuse_delete;
  DROP TRIGGER audit_events_refuse_update;
  DROP TRIGGER audit_events_refuse_delete`;

const messageChanges = `OLD.status <> 'partial'
    OR NEW.user_id <> OLD.user_id OR NEW.id <> OLD.id OR NEW.conversation_id <> OLD.conversation_id OR NEW.seq <> OLD.seq
    OR NEW.parent_id IS NOT OLD.parent_id OR NEW.role <> OLD.role OR NEW.created_at <> OLD.created_at`;

/** Erasure: the ledger of what was erased, and the permits without which immutable rows stay. */
export const migration: Migration = {
  name: '0011_care',

  up(m) {
    m.createTable(
      'erasures',
      (t) => ({
        id: t.uuid(),
        kind: t.oneOf(['owner', 'row']),
        salt: t.text({ min: 32, max: 32 }),
        owner_hash: t.text({ min: 64, max: 64 }),
        table_name: t.text({ min: 1, max: 63 }).nullable(),
        row_id: t.text({ min: 1, max: 255 }).nullable(),
        counts: t.json(),
        started_at: t.timestamp(),
        completed_at: t.timestamp().nullable(),
        applied_at: t.timestamp().nullable(),
      }),
      {
        primaryKey: ['id'],
        indexes: {
          erasures_unfinished: { columns: ['id'], where: 'completed_at IS NULL' },
        },
        checks: {
          erasures_row: "(kind = 'row') = (table_name IS NOT NULL) AND (kind = 'row') = (row_id IS NOT NULL)",
        },
      },
    );

    m.createTable(
      'erasure_permits',
      (t) => ({
        table_name: t.text({ min: 1, max: 63 }),
        user_id: t.userId(),
        row_id: t.text({ min: 1, max: 255 }),
        // There is never an identity 0, so a transaction that leaves a permit behind can't commit.
        unkept: t.integer({ min: 0, max: 0 }).default(0),
      }),
      {
        primaryKey: ['table_name', 'user_id', 'row_id'],
        // SQLite looks here when an identity is made.
        indexes: { erasure_permits_unkept: { columns: ['unkept'] } },
        foreignKeys: [{ columns: ['unkept'], references: ['database_identity', ['singleton']], deferred: true }],
      },
    );

    m.execute({
      sqlite: `
        ${dropTriggers};
        CREATE TRIGGER conversation_messages_refuse_update BEFORE UPDATE ON conversation_messages
        WHEN (${messageChanges}) AND NOT ${permitted('conversation_messages')}
        BEGIN
          SELECT RAISE(ABORT, 'keelson: immutable row in conversation_messages');
        END;
        CREATE TRIGGER conversation_messages_refuse_delete BEFORE DELETE ON conversation_messages
        WHEN NOT ${permitted('conversation_messages')}
        BEGIN
          SELECT RAISE(ABORT, 'keelson: immutable row in conversation_messages');
        END;
        CREATE TRIGGER audit_events_refuse_update BEFORE UPDATE ON audit_events
        WHEN NOT ${permitted('audit_events')}
        BEGIN
          SELECT RAISE(ABORT, 'keelson: immutable row in audit_events');
        END;
        CREATE TRIGGER audit_events_refuse_delete BEFORE DELETE ON audit_events
        WHEN NOT ${permitted('audit_events')}
        BEGIN
          SELECT RAISE(ABORT, 'keelson: immutable row in audit_events');
        END`,
      // As its owner and on its own search path: whoever deletes may not read the permits, let alone bring a table of
      // that name along.
      postgres: `
        CREATE OR REPLACE FUNCTION keelson_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_LEVEL = 'ROW' THEN
            IF EXISTS (
              SELECT 1 FROM erasure_permits AS p
              WHERE p.table_name = TG_TABLE_NAME AND p.user_id = OLD.user_id AND p.row_id = OLD.id::text
            ) THEN
              IF TG_OP = 'DELETE' THEN
                RETURN OLD;
              END IF;
              RETURN NEW;
            END IF;
          END IF;
          RAISE EXCEPTION USING MESSAGE = 'keelson: immutable row in ' || TG_TABLE_NAME, TABLE = TG_TABLE_NAME;
        END
        $$;
        DO $$
        BEGIN
          EXECUTE format(
            'ALTER FUNCTION keelson_refuse_change() SECURITY DEFINER SET search_path = %I, pg_temp', current_schema());
        END
        $$`,
    });
  },

  down(m) {
    m.execute({
      sqlite: `
        ${dropTriggers};
        CREATE TRIGGER conversation_messages_refuse_update BEFORE UPDATE ON conversation_messages
        WHEN ${messageChanges}
        BEGIN
          SELECT RAISE(ABORT, 'keelson: immutable row in conversation_messages');
        END;
        CREATE TRIGGER conversation_messages_refuse_delete BEFORE DELETE ON conversation_messages
        BEGIN
          SELECT RAISE(ABORT, 'keelson: immutable row in conversation_messages');
        END;
        CREATE TRIGGER audit_events_refuse_update BEFORE UPDATE ON audit_events
        BEGIN
          SELECT RAISE(ABORT, 'keelson: immutable row in audit_events');
        END;
        CREATE TRIGGER audit_events_refuse_delete BEFORE DELETE ON audit_events
        BEGIN
          SELECT RAISE(ABORT, 'keelson: immutable row in audit_events');
        END`,
      postgres: `
        CREATE OR REPLACE FUNCTION keelson_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          RAISE EXCEPTION USING MESSAGE = 'keelson: immutable row in ' || TG_TABLE_NAME, TABLE = TG_TABLE_NAME;
        END
        $$;
        ALTER FUNCTION keelson_refuse_change() SECURITY INVOKER RESET search_path`,
    });
    m.dropTables('erasure_permits', 'erasures');
  },
};
