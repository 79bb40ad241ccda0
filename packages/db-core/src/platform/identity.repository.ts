import { defineSystemQuery } from '../database/query.ts';

// The one row's key is written out: SQLite would number a second row instead of taking the default.
export const insert = defineSystemQuery('identity.insert', (db, p: { id: string; environment: string; now: Date }) =>
  db
    .insertInto('database_identity')
    .values({ singleton: 1, id: p.id, environment: p.environment, created_at: p.now })
    .onConflict((conflict) => conflict.column('singleton').doNothing()),
);

export const find = defineSystemQuery('identity.find', (db) =>
  db.selectFrom('database_identity').select(['id', 'environment', 'created_at']),
);
