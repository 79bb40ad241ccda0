import { defineSystemQuery } from '../database/query.ts';

/** The tables whose changes are told. */
export const listTrackedTables = defineSystemQuery('cache.listTrackedTables', (db) =>
  db.selectFrom('change_tables').select('name').orderBy('name'),
);
