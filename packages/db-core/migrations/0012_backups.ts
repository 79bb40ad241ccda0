import type { Migration } from '../src/schema/migration.ts';

/** Which backups were made, and what came of restoring them for a try. */
export const migration: Migration = {
  name: '0012_backups',

  up(m) {
    m.createTable(
      'backups',
      (t) => ({
        id: t.uuid(),
        kind: t.oneOf(['backup', 'drill']),
        file: t.text({ min: 1, max: 4096 }).nullable(),
        result: t.oneOf(['whole', 'failed']),
        error: t.text({ max: 1000 }).nullable(),
        bytes: t.bigint({ min: 0 }).nullable(),
        content_bytes: t.bigint({ min: 0 }).nullable(),
        row_count: t.bigint({ min: 0 }).nullable(),
        is_encrypted: t.boolean().nullable(),
        started_at: t.timestamp(),
        duration_ms: t.bigint({ min: 0 }),
        verified_at: t.timestamp().nullable(),
      }),
      {
        primaryKey: ['id'],
        indexes: {
          backups_by_result: { columns: ['kind', 'result', 'started_at desc', 'id desc'] },
          backups_by_time: { columns: ['started_at'] },
        },
      },
    );
  },

  down(m) {
    m.dropTables('backups');
  },
};
