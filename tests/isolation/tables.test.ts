import { type Database, ImmutableRowError, IntegrityError } from '@keelson/db-core';
import { tenantTables } from '@keelson/db-core/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { anyQuery, fill, sorted, stored, storedInside } from './fixture.ts';
import { changeOf, operations } from './operations.ts';
import { rowFactories } from './rows.ts';
import { describeWalls } from './walls.ts';

it('every table with owners is tested', () => {
  expect([...rowFactories.keys()].sort()).toEqual(tenantTables.map(({ name }) => name).sort());
});

const reads = operations.filter(({ writes }) => !writes);
const writes = operations.filter((operation) => operation.writes);

/** What only the system handle searches by: workers take whoever's job is next, what is old is cleared away for all, auditors look at everybody's events. */
const ofTheSystem = new Set([
  'jobs_ready',
  'jobs_waiting',
  'jobs_leased',
  'settings_by_secret_key',
  'idempotency_keys_by_expiry',
  'audit_events_of_all',
  'audit_events_of_actor',
]);

/** Ends a transaction whose work was only to be looked at. */
class Undo extends Error {}

describeWalls('the rows of another user', (context, wall) => {
  // Every test leaves them as they are, so they are made once.
  let mixed: Database;
  let alone: Database;
  let before: string;
  let beforeInside: string;

  beforeAll(async () => {
    [mixed, alone] = [await context.open(wall.options), await context.open(wall.options)];
    await fill(mixed, ['ada', 'eve'], wall);
    await fill(alone, ['ada'], wall);
    before = await stored(context, mixed, 'eve');
    beforeInside = await storedInside(mixed, 'eve');
  });

  describe.each(tenantTables)('in $name', (table) => {
    it('make no difference to anything that is read', async () => {
      for (const operation of reads) {
        const query = anyQuery(operation.name, (db) => operation.build(db, table, wall));
        const seen = await mixed.forUser('ada').all(query);
        expect(sorted(seen), operation.name).toEqual(sorted(await alone.forUser('ada').all(query)));
        expect(JSON.stringify(seen), operation.name).not.toContain('"eve"');
      }
    });

    it.each(writes)('are not touched by an $name', async (operation) => {
      const query = anyQuery(operation.name, (db) => operation.build(db, table, wall));
      let outcome: unknown;
      let after: string | undefined;
      const undone = mixed.transaction('ada', async (ada) => {
        // Some tables refuse to be changed or are referred to; what counts is whose rows were meant.
        outcome = await ada
          .savepoint(() => ada.run(query))
          .then(
            ({ changes }) => changes,
            (error: unknown) => error,
          );
        after = await storedInside(mixed, 'eve');
        throw new Undo();
      });
      await expect(undone).rejects.toThrow(Undo);
      if (typeof outcome !== 'number')
        expect(outcome instanceof IntegrityError || outcome instanceof ImmutableRowError, String(outcome)).toBe(true);
      else expect(outcome).toBeGreaterThan(0);
      expect(after).toBe(beforeInside);
    });

    it('look like rows that do not exist', async () => {
      const mine = rowFactories.get(table.name)?.(1)['id'];
      const missing = '00000000-0000-7000-8000-000000000000';
      const outcomes = [];
      for (const id of [mine, missing]) {
        const bob = mixed.forUser('bob');
        outcomes.push([
          await bob.all(
            anyQuery('find', (db) =>
              db
                .selectFrom(table.name)
                .select('id')
                .where('id', '=', id as never),
            ),
          ),
          (
            await bob.run(
              anyQuery('update', (db) =>
                db
                  .updateTable(table.name)
                  .set(changeOf(table))
                  .where('id', '=', id as never),
              ),
            )
          ).changes,
          (await bob.run(anyQuery('delete', (db) => db.deleteFrom(table.name).where('id', '=', id as never)))).changes,
        ]);
      }
      expect(outcomes[0]).toEqual(outcomes[1]);
      expect(outcomes[0]).toEqual([[], 0, 0]);
    });

    it('can have the same ids', async () => {
      const rows = await mixed.forUser('ada').all(anyQuery('count', (db) => db.selectFrom(table.name).select('id')));
      expect(rows.length).toBeGreaterThan(0);
    });

    it.each(table.foreignKeys)('can not be referred to by $columns', (key) => {
      expect(key.columns[0]).toBe('user_id');
      expect(key.references[0]).toBe('user_id');
    });

    it('are kept apart by every key', () => {
      expect(table.primaryKey[0]).toBe('user_id');
      for (const index of table.indexes) {
        if (ofTheSystem.has(index.name)) expect(index.unique, index.name).toBe(false);
        else expect(index.columns[0]?.name, index.name).toBe('user_id');
      }
    });
  });

  it('are as they were after all of it', async () => {
    expect(await stored(context, mixed, 'eve')).toBe(before);
  });
});
