import { KeelsonError } from '@keelson/db-core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { anyQuery, fill, sorted, stored } from './fixture.ts';
import { buildSelect, selectSpec } from './random-queries.ts';
import { describeWalls } from './walls.ts';

/** Queries that an engine can't run; they must be few, or the others show little. */
const MOST_REFUSED = 0.05;
const RUNS = 250;

describeWalls('any query', (context, wall) => {
  it('gives one user the same, whether others have rows or not', async () => {
    const [mixed, alone] = [await context.open(wall.options), await context.open(wall.options)];
    await fill(mixed, ['ada', 'eve'], wall);
    await fill(alone, ['ada'], wall);
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(selectSpec, async (spec) => {
        const query = anyQuery('random', (db) => buildSelect(db, spec));
        const [seen, expected] = await Promise.all(
          [mixed, alone].map((database) => database.forUser('ada').all(query).then(sorted, keelsonCode)),
        );
        if (typeof seen === 'string') refused += 1;
        expect(seen).toEqual(expected);
        expect(JSON.stringify(seen)).not.toContain('eve');
      }),
      { numRuns: RUNS },
    );
    expect(refused).toBeLessThan(RUNS * MOST_REFUSED);
  });

  it('changes nothing of another user when it chooses what to write', async () => {
    const database = await context.open(wall.options);
    await fill(database, ['ada', 'eve'], wall);
    const before = await stored(context, database, 'eve');
    await fc.assert(
      fc.asyncProperty(selectSpec, fc.boolean(), async (spec, deletes) => {
        const query = anyQuery('random', (db) => {
          const chosen = buildSelect(db, spec) as { as(alias: string): never };
          const ids = db.selectFrom(chosen.as('chosen')).select('chosen.id' as never) as never;
          return deletes
            ? db.deleteFrom('conversations').where('id', 'in', ids)
            : db.updateTable('conversations').set({ title: 'changed' }).where('id', 'in', ids);
        });
        await database.forUser('ada').run(query).catch(keelsonCode);
        expect(await stored(context, database, 'eve')).toBe(before);
      }),
      { numRuns: 60 },
    );
  });
});

function keelsonCode(error: unknown): string {
  if (error instanceof KeelsonError) return error.code;
  throw error;
}
