import type { Migration } from '../src/schema/migration.ts';

/** How near the database is to where SQLite ends, hour by hour. */
export const migration: Migration = {
  name: '0010_readiness',

  up(m) {
    m.createTable(
      'readiness_samples',
      (t) => ({
        id: t.uuid(),
        taken_at: t.timestamp(),
        size_bytes: t.bigint({ min: 0 }),
        active_users: t.integer({ min: 0 }),
        lock_tries: t.integer({ min: 0 }),
        lock_failures: t.integer({ min: 0 }),
        writes_per_second: t.real(),
      }),
      {
        primaryKey: ['id'],
        indexes: { readiness_samples_by_time: { columns: ['taken_at'] } },
        checks: { readiness_samples_tries: 'lock_failures <= lock_tries' },
      },
    );
  },

  down(m) {
    m.dropTables('readiness_samples');
  },
};
