import type { Migration } from '../src/schema/migration.ts';

/** What is wrong with the database and what was, and who was told of it. */
export const migration: Migration = {
  name: '0014_alerts',

  up(m) {
    m.createTable(
      'alerts',
      (t) => ({
        id: t.uuid(),
        rule: t.text({ min: 1, max: 63 }),
        subject: t.text({ max: 255 }),
        severity: t.oneOf(['critical', 'warning', 'info']),
        message: t.text({ min: 1, max: 1000 }),
        fired_at: t.timestamp(),
        seen_at: t.timestamp(),
        resolved_at: t.timestamp().nullable(),
        firing_told_at: t.timestamp().nullable(),
        resolved_told_at: t.timestamp().nullable(),
      }),
      {
        primaryKey: ['id'],
        indexes: {
          // Whoever comes second with the same finding finds it there, and tells nobody.
          alerts_firing_key: { columns: ['rule', 'subject'], unique: true, where: 'resolved_at IS NULL' },
          alerts_resolved: { columns: ['resolved_at'] },
        },
      },
    );

    m.createTable(
      'alert_watch',
      (t) => ({ singleton: t.integer({ min: 1, max: 1 }).default(1), evaluated_at: t.timestamp() }),
      { primaryKey: ['singleton'] },
    );
  },

  down(m) {
    m.dropTables('alert_watch', 'alerts');
  },
};
