import type { Migration } from '@keelson/db-core';

/** What a consumer writes: one row for each change that took effect, and nothing keeps it from writing one twice. */
export const effects: Migration = {
  name: 'test_0001_effects',
  up(m) {
    m.createTable(
      'test_effects',
      (t) => ({
        id: t.uuid(),
        consumer: t.text({ max: 100 }),
        operation: t.text({ max: 10 }),
        key: t.text({ max: 255 }),
        owner: t.text({ max: 255 }),
        at: t.timestamp(),
      }),
      { primaryKey: ['id'] },
    );
  },
  down(m) {
    m.dropTables('test_effects');
  },
};
