import { describeEngines, tenantTables } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { fill } from '../isolation/fixture.ts';
import { rowFactories, ROWS } from '../isolation/rows.ts';

/** What is made of other tables' rows tells nobody anything new: whoever follows those learns of it. */
const DERIVED = new Set(['search_marks', 'search_indexes', 'search_entries', 'search_postings']);
const followed = tenantTables.filter(({ name }) => !DERIVED.has(name));

describeEngines('every table with owners', (context) => {
  it('is tracked by the change feed', async () => {
    const database = await context.open();
    await fill(database, ['ada']);
    const { changes } = await database.changes.read({ limit: 5000, userId: 'ada' });
    for (const { name } of followed) {
      const ids = Array.from({ length: ROWS }, (_, number) => rowFactories.get(name)?.(number)['id']);
      const told = changes.filter(({ table, operation }) => table === name && operation === 'insert');
      // A table that is missing here needs `m.trackChanges` in its migration.
      expect(
        new Set(told.map(({ key }) => key)),
        `${name} is not tracked: its migration lacks m.trackChanges('${name}')`,
      ).toEqual(new Set(ids));
      expect(told, name).toHaveLength(ROWS);
    }
  });

  it('has the triggers for every way to change a row', async () => {
    const raw = context.raw(await context.url());
    const rows = await raw.query(
      context.engine === 'sqlite'
        ? `SELECT name FROM sqlite_schema WHERE type = 'trigger'`
        : 'SELECT tgname AS name FROM pg_trigger WHERE NOT tgisinternal',
    );
    const names = new Set(rows.map(({ name }) => name));
    for (const { name } of followed)
      for (const kind of ['insert', 'update', 'delete', 'moved'])
        expect(names, name).toContain(`${name}_track_${kind}`);
  });
});
