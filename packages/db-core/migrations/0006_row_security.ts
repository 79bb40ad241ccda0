import type { Migration } from '../src/schema/migration.ts';

/** Those with owners, of all migrations before this one. A later table names itself where it is made. */
const tables = ['conversations', 'conversation_messages', 'jobs', 'job_logs', 'settings', 'idempotency_keys'] as const;

/** PostgreSQL's own wall between users: policies, and triggers that may write the change log whoever's statement they follow. */
export const migration: Migration = {
  name: '0006_row_security',

  up(m) {
    // Who changes a row may not write the log, so that nobody can write there what didn't happen: the functions run as
    // their owner, and find the log where it is now, whatever the session's search path says.
    m.execute({
      sqlite: '',
      postgres: `
        DO $$
        DECLARE
          recorder text;
        BEGIN
          FOREACH recorder IN ARRAY ARRAY['keelson_record_changes', 'keelson_record_moved_key'] LOOP
            EXECUTE format('ALTER FUNCTION %I() SECURITY DEFINER SET search_path = %I, pg_temp', recorder, current_schema());
          END LOOP;
        END
        $$`,
    });

    m.protectRows(...tables);
  },

  down(m) {
    m.unprotectRows(...tables);
    m.execute({
      sqlite: '',
      postgres: `
        ALTER FUNCTION keelson_record_changes() SECURITY INVOKER RESET search_path;
        ALTER FUNCTION keelson_record_moved_key() SECURITY INVOKER RESET search_path`,
    });
  },
};
