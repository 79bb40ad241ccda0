import type { Migration } from '../src/schema/migration.ts';

/** The change feed: what was changed, by which transaction, and how far each of its consumers has come. */
export const migration: Migration = {
  name: '0003_changes',

  up(m) {
    m.createTable('change_tables', (t) => ({ number: t.integer({ min: 0 }), name: t.text({ min: 1, max: 63 }) }), {
      primaryKey: ['number'],
      indexes: { change_tables_name_key: { columns: ['name'], unique: true } },
    });

    // Written by triggers only, with values that other tables have checked, and as cheaply as can be: each write of a
    // tracked table pays for it. SQLite numbers the rows by itself; a key without a rowid costs it twice as much.
    m.execute({
      sqlite: `
        CREATE TABLE "change_log" (
          seq INTEGER NOT NULL PRIMARY KEY,
          table_number INTEGER NOT NULL,
          operation INTEGER NOT NULL,
          key TEXT NOT NULL,
          user_id TEXT NOT NULL,
          at TIMESTAMP NOT NULL,
          transaction_id BIGINT NOT NULL
        )`,
      postgres: `
        CREATE TABLE change_log (
          seq bigint NOT NULL CONSTRAINT change_log_pkey PRIMARY KEY,
          table_number integer NOT NULL,
          operation integer NOT NULL,
          key text COLLATE "C" NOT NULL,
          user_id text COLLATE "C" NOT NULL,
          at timestamptz(3) NOT NULL,
          transaction_id bigint NOT NULL
        )`,
    });

    m.createTable(
      'change_epoch',
      (t) => ({
        singleton: t.integer({ min: 1, max: 1 }).default(1),
        id: t.uuid(),
        pruned_seq: t.bigint({ min: 0 }).default(0),
        started_at: t.timestamp(),
      }),
      { primaryKey: ['singleton'] },
    );

    m.createTable(
      'change_consumers',
      (t) => ({
        name: t.text({ min: 1, max: 100 }),
        position: t.text({ max: 65_536 }).nullable(),
        lease_id: t.uuid().nullable(),
        lease_expires_at: t.timestamp().nullable(),
        created_at: t.timestamp(),
        updated_at: t.timestamp(),
      }),
      { primaryKey: ['name'] },
    );

    m.execute({
      sqlite: `
        INSERT INTO change_epoch (id, started_at) VALUES (
          lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-8'
            || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))),
          CAST(unixepoch('subsec') * 1000 + 0.5 AS INTEGER))`,
      postgres: `INSERT INTO change_epoch (id, started_at) VALUES (gen_random_uuid(), statement_timestamp())`,
    });

    // A number is taken only after the transaction has its id (readers rely on it): by then a row was changed, and where
    // none was, the function asks for the id itself.
    m.execute({
      sqlite: '',
      postgres: `
        CREATE SEQUENCE change_log_numbers OWNED BY change_log.seq;
        CREATE FUNCTION keelson_record_changes() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'DELETE' THEN
            INSERT INTO change_log (seq, table_number, operation, key, user_id, at, transaction_id)
            SELECT nextval('change_log_numbers'), TG_ARGV[0]::integer, 3, id::text, user_id, statement_timestamp(),
              (SELECT pg_current_xact_id()::text::bigint)
            FROM old_rows;
          ELSE
            INSERT INTO change_log (seq, table_number, operation, key, user_id, at, transaction_id)
            SELECT nextval('change_log_numbers'), TG_ARGV[0]::integer, TG_ARGV[1]::integer, id::text, user_id,
              statement_timestamp(), (SELECT pg_current_xact_id()::text::bigint)
            FROM new_rows;
          END IF;
          IF FOUND THEN
            PERFORM pg_notify('keelson_changes', '');
          END IF;
          RETURN NULL;
        END
        $$;
        CREATE FUNCTION keelson_record_moved_key() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          INSERT INTO change_log (seq, table_number, operation, key, user_id, at, transaction_id)
          VALUES (nextval('change_log_numbers'), TG_ARGV[0]::integer, 3, OLD.id::text, OLD.user_id, statement_timestamp(),
            pg_current_xact_id()::text::bigint);
          RETURN NULL;
        END
        $$;
        CREATE FUNCTION keelson_record_truncation() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
          own bigint := pg_current_xact_id()::text::bigint;
        BEGIN
          EXECUTE format(
            'INSERT INTO change_log (seq, table_number, operation, key, user_id, at, transaction_id)
             SELECT nextval(''change_log_numbers''), $1, 3, id::text, user_id, statement_timestamp(), $2 FROM %s',
            TG_RELID::regclass) USING TG_ARGV[0]::integer, own;
          PERFORM pg_notify('keelson_changes', '');
          RETURN NULL;
        END
        $$`,
    });

    m.trackChanges('conversations', 'conversation_messages');
  },

  down(m) {
    m.untrackChanges('conversations', 'conversation_messages');
    m.dropTables('change_consumers', 'change_epoch', 'change_log', 'change_tables');
    m.execute({
      sqlite: '',
      postgres:
        'DROP FUNCTION keelson_record_changes(); DROP FUNCTION keelson_record_moved_key(); DROP FUNCTION keelson_record_truncation()',
    });
  },
};
