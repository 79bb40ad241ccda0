import { defineQuery, defineSystemQuery } from '@keelson/db-core';

export const insertConversation = defineQuery('test.insertConversation', (db, p: { id: string; now: Date }) =>
  db.insertInto('conversations').values({ id: p.id, title: 'a title', created_at: p.now, updated_at: p.now }),
);

export const renameConversation = defineQuery('test.renameConversation', (db, p: { id: string; title: string }) =>
  db.updateTable('conversations').set({ title: p.title }).where('id', '=', p.id),
);

/** The version counts the updates. */
export const bumpConversation = defineQuery('test.bumpConversation', (db, p: { id: string }) =>
  db
    .updateTable('conversations')
    .set((eb) => ({ version: eb('version', '+', 1) }))
    .where('id', '=', p.id),
);

export const deleteConversation = defineQuery('test.deleteConversation', (db, p: { id: string }) =>
  db.deleteFrom('conversations').where('id', '=', p.id),
);

interface Effect {
  readonly id: string;
  readonly consumer: string;
  readonly operation: string;
  readonly key: string;
  readonly owner: string;
  readonly at: Date;
}

type AnyBuilder = { insertInto(table: string): { values(row: object): never } };

export const insertEffect = defineSystemQuery('test.insertEffect', (db, p: Effect) =>
  (db as unknown as AnyBuilder).insertInto('test_effects').values({
    id: p.id,
    consumer: p.consumer,
    operation: p.operation,
    key: p.key,
    owner: p.owner,
    at: p.at,
  }),
);
