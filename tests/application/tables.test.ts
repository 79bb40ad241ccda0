import { describe, expect, it } from 'vitest';
import { defineQuery, type Migration, newId, openDatabase, TenancyViolationError } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';

declare module '@keelson/db-core' {
  interface ApplicationTables {
    acme_notes: { user_id: string; id: string; text: string; pinned: boolean; at: Date };
    acme_counters: { name: string; value: number };
  }
}

const notes: Migration = {
  name: 'acme_0001_notes',
  up(m) {
    m.createTable(
      'acme_notes',
      (t) => ({
        user_id: t.userId(),
        id: t.uuid(),
        text: t.text({ max: 1000 }),
        pinned: t.boolean().default(false),
        at: t.timestamp(),
      }),
      { primaryKey: ['user_id', 'id'] },
    );
    m.createTable('acme_counters', (t) => ({ name: t.text({ max: 100 }), value: t.bigint() }), {
      primaryKey: ['name'],
    });
  },
  down(m) {
    m.dropTables('acme_notes', 'acme_counters');
  },
};

const insert = defineQuery('notes.insert', (db, p: { id: string; text: string }) =>
  db.insertInto('acme_notes').values({ id: p.id, text: p.text, pinned: true, at: new Date(86_400_000) }),
);
const list = defineQuery('notes.list', (db) => db.selectFrom('acme_notes').selectAll());

describeEngines('tables of an application', (context) => {
  it('are kept by owner and decoded like ours', async () => {
    const database = await context.open({ migrations: [notes] });
    const id = newId();
    await database.forUser('ada').run(insert, { id, text: 'mine' });
    await database.forUser('eve').run(insert, { id, text: 'hers' });
    expect(await database.forUser('ada').all(list)).toEqual([
      { user_id: 'ada', id, text: 'mine', pinned: true, at: new Date(86_400_000) },
    ]);
  });

  it('without an owner are left to the system handle', async () => {
    const database = await context.open({ migrations: [notes] });
    const counters = defineQuery('counters', (db) => db.selectFrom('acme_counters' as 'acme_notes').select('id'));
    await expect(database.forUser('ada').all(counters)).rejects.toThrow(TenancyViolationError);
    expect(await database.system('test').all((db) => db.selectFrom('acme_counters').select('name'))).toEqual([]);
  });

  describe('that another program made', () => {
    it('do no harm', async () => {
      const url = await context.url();
      await context.raw(url).query('CREATE TABLE foreign_things (a varchar(10), b numeric(10, 2))');
      await using database = openDatabase({ url, env: {} });
      await database.initialize();
      expect(database.isInitialized).toBe(true);
    });
  });
});
