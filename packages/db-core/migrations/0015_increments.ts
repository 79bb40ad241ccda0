import type { Migration } from '../src/schema/migration.ts';

/** Which backups hold only what has changed, and the full one that they need. */
export const migration: Migration = {
  name: '0015_increments',

  up(m) {
    m.addColumn('backups', 'base_file', (t) => t.text({ min: 1, max: 4096 }).nullable());
  },

  down(m) {
    m.dropColumn('backups', 'base_file');
  },
};
