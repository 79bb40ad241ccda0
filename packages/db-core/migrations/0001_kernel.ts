import type { Migration } from '../src/schema/migration.ts';

/** Who may come in, which database this is, and the function behind every trigger that guards immutable rows. */
export const migration: Migration = {
  name: '0001_kernel',

  up(m) {
    m.createTable(
      'database_identity',
      (t) => ({
        singleton: t.integer({ min: 1, max: 1 }).default(1),
        id: t.uuid(),
        environment: t.text({ min: 1, max: 100 }),
        created_at: t.timestamp(),
      }),
      { primaryKey: ['singleton'] },
    );

    m.createTable(
      'users',
      (t) => ({
        id: t.uuid(),
        email: t.text({ min: 3, max: 320 }),
        password_hash: t.text({ max: 500 }).nullable(),
        full_name: t.text({ max: 200 }).nullable(),
        is_active: t.boolean().default(true),
        is_admin: t.boolean().default(false),
        last_login_at: t.timestamp().nullable(),
        created_at: t.timestamp(),
        updated_at: t.timestamp(),
        version: t.integer({ min: 1 }).default(1),
      }),
      {
        primaryKey: ['id'],
        indexes: { users_email_key: { columns: ['email'], unique: true } },
        // By bytes both engines fold ASCII only, so they agree on what is folded; the program folds the rest.
        checks: { users_email_folded: 'email = lower(email)' },
      },
    );

    m.createTable(
      'api_tokens',
      (t) => ({
        id: t.uuid(),
        user_id: t.userId(),
        account_id: t.uuid().nullable(),
        name: t.text({ min: 1, max: 200 }),
        prefix: t.text({ min: 8, max: 32 }),
        hash: t.text({ min: 32, max: 500 }),
        scopes: t.json(),
        last_used_at: t.timestamp().nullable(),
        expires_at: t.timestamp().nullable(),
        revoked_at: t.timestamp().nullable(),
        created_at: t.timestamp(),
      }),
      {
        primaryKey: ['id'],
        foreignKeys: [{ columns: ['account_id'], references: ['users', ['id']], onDelete: 'cascade' }],
        indexes: {
          api_tokens_prefix_key: { columns: ['prefix'], unique: true },
          api_tokens_by_owner: { columns: ['user_id', 'id'] },
          api_tokens_by_account: { columns: ['account_id'] },
        },
      },
    );

    m.execute({
      sqlite: '',
      postgres: `
        CREATE FUNCTION keelson_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          RAISE EXCEPTION USING MESSAGE = 'keelson: immutable row in ' || TG_TABLE_NAME, TABLE = TG_TABLE_NAME;
        END
        $$`,
    });
  },

  down(m) {
    m.execute({ sqlite: '', postgres: 'DROP FUNCTION keelson_refuse_change()' });
    m.dropTables('api_tokens', 'users', 'database_identity');
  },
};
