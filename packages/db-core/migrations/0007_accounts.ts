import type { Migration } from '../src/schema/migration.ts';

/** People's half of the platform: sessions, organisations and who belongs to them, and the record of who did what. */
export const migration: Migration = {
  name: '0007_accounts',

  up(m) {
    m.createTable(
      'user_sessions',
      (t) => ({
        id: t.uuid(),
        account_id: t.uuid(),
        hash: t.text({ min: 32, max: 500 }),
        ip: t.text({ min: 1, max: 64 }).nullable(),
        user_agent: t.text({ max: 500 }).nullable(),
        is_active: t.boolean().default(true),
        expires_at: t.timestamp(),
        last_activity_at: t.timestamp(),
        created_at: t.timestamp(),
      }),
      {
        primaryKey: ['id'],
        foreignKeys: [{ columns: ['account_id'], references: ['users', ['id']], onDelete: 'cascade' }],
        indexes: {
          user_sessions_hash_key: { columns: ['hash'], unique: true },
          user_sessions_by_account: { columns: ['account_id', 'id'] },
          user_sessions_by_expiry: { columns: ['expires_at'] },
          user_sessions_by_activity: { columns: ['last_activity_at'] },
        },
        fillFactor: 80,
      },
    );

    m.createTable(
      'sign_in_failures',
      (t) => ({
        key: t.text({ min: 64, max: 64 }),
        failures: t.integer({ min: 1 }),
        blocked_until: t.timestamp().nullable(),
        last_failed_at: t.timestamp(),
      }),
      { primaryKey: ['key'], indexes: { sign_in_failures_by_time: { columns: ['last_failed_at'] } } },
    );

    m.createTable(
      'organisations',
      (t) => ({
        id: t.uuid(),
        name: t.text({ min: 1, max: 200 }),
        created_at: t.timestamp(),
        updated_at: t.timestamp(),
        version: t.integer({ min: 1 }).default(1),
      }),
      { primaryKey: ['id'] },
    );

    m.createTable(
      'memberships',
      (t) => ({
        organisation_id: t.uuid(),
        member_id: t.userId(),
        role: t.oneOf(['owner', 'admin', 'member', 'viewer']),
        created_at: t.timestamp(),
        updated_at: t.timestamp(),
      }),
      {
        primaryKey: ['organisation_id', 'member_id'],
        foreignKeys: [{ columns: ['organisation_id'], references: ['organisations', ['id']], onDelete: 'cascade' }],
        indexes: {
          memberships_by_member: { columns: ['member_id', 'organisation_id'] },
          memberships_owners: { columns: ['organisation_id', 'role'] },
        },
      },
    );

    m.createTable(
      'audit_events',
      (t) => ({
        user_id: t.userId(),
        id: t.uuid(),
        actor_id: t.userId(),
        action: t.text({ min: 1, max: 100 }),
        entity: t.text({ min: 1, max: 100 }),
        entity_id: t.text({ min: 1, max: 255 }).nullable(),
        request_id: t.text({ min: 1, max: 255 }).nullable(),
        before_digest: t.text({ min: 64, max: 64 }).nullable(),
        after_digest: t.text({ min: 64, max: 64 }).nullable(),
        times: t.integer({ min: 1 }).default(1),
        created_at: t.timestamp(),
      }),
      {
        primaryKey: ['user_id', 'id'],
        indexes: {
          audit_events_by_actor: { columns: ['user_id', 'actor_id', 'id desc'] },
          audit_events_by_action: { columns: ['user_id', 'action', 'id desc'] },
          audit_events_by_entity: {
            columns: ['user_id', 'entity', 'entity_id asc nulls first', 'id desc'],
          },
          // These two are for whoever looks after the whole database.
          audit_events_of_all: { columns: ['id desc'] },
          audit_events_of_actor: { columns: ['actor_id', 'id desc'] },
        },
      },
    );

    m.execute({
      sqlite: `
        CREATE TRIGGER audit_events_refuse_update BEFORE UPDATE ON audit_events
        BEGIN
          SELECT RAISE(ABORT, 'keelson: immutable row in audit_events');
        END;
        CREATE TRIGGER audit_events_refuse_delete BEFORE DELETE ON audit_events
        BEGIN
          SELECT RAISE(ABORT, 'keelson: immutable row in audit_events');
        END`,
      postgres: `
        CREATE TRIGGER audit_events_refuse_change BEFORE UPDATE OR DELETE ON audit_events FOR EACH ROW
        EXECUTE FUNCTION keelson_refuse_change();
        CREATE TRIGGER audit_events_refuse_truncate BEFORE TRUNCATE ON audit_events FOR EACH STATEMENT
        EXECUTE FUNCTION keelson_refuse_change()`,
    });

    m.trackChanges('audit_events');
    m.protectRows('audit_events');
  },

  down(m) {
    m.unprotectRows('audit_events');
    m.untrackChanges('audit_events');
    m.dropTables('audit_events', 'memberships', 'organisations', 'sign_in_failures', 'user_sessions');
  },
};
