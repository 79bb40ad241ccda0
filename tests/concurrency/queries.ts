import { defineQuery } from '@keelson/db-core';

export const insertConversation = defineQuery('tests.insertConversation', (db, p: { id: string; now: Date }) =>
  db.insertInto('conversations').values({ id: p.id, title: 'a title', created_at: p.now, updated_at: p.now }),
);

export const listConversations = defineQuery('tests.listConversations', (db) =>
  db.selectFrom('conversations').select('id').orderBy('id').limit(10),
);

export const findVersion = defineQuery('tests.findVersion', (db, p: { id: string }) =>
  db.selectFrom('conversations').select('version').where('id', '=', p.id),
);

export const raiseVersion = defineQuery('tests.raiseVersion', (db, p: { id: string }) =>
  db
    .updateTable('conversations')
    .set((eb) => ({ version: eb('version', '+', 1) }))
    .where('id', '=', p.id),
);
