import { defineQuery, defineSystemQuery, type Migration } from '@keelson/db-core';

export const insertConversation = defineQuery('test.insertConversation', (db, p: { id: string; now: Date }) =>
  db.insertInto('conversations').values({ id: p.id, title: 'a title', created_at: p.now, updated_at: p.now }),
);

export const renameConversation = defineQuery('test.renameConversation', (db, p: { id: string; title: string }) =>
  db.updateTable('conversations').set({ title: p.title }).where('id', '=', p.id),
);

export const deleteConversation = defineQuery('test.deleteConversation', (db, p: { id: string }) =>
  db.deleteFrom('conversations').where('id', '=', p.id),
);

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
