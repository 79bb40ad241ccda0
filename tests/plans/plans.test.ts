import { describeEngines, planOf, type RawConnection } from '@keelson/db-core/testing';
import { beforeAll, expect, it } from 'vitest';
import { repositoryQueries } from './repositories.ts';
import { seedLarge } from './seed.ts';

const queries = await repositoryQueries();

it('there are queries to look at', () => {
  expect(queries.length).toBeGreaterThan(10);
});

/** Queries that are meant to read a whole table, each with its reason. */
const READS_ALL: ReadonlyMap<string, string> = new Map([['identity.find', 'the table has one row']]);

it('every exception is a query that there is', () => {
  const names = queries.map(({ name }) => name);
  for (const name of READS_ALL.keys()) expect(names).toContain(name);
});

const looked = queries.filter(({ name }) => !READS_ALL.has(name));

describeEngines('on 100,000 rows', (context) => {
  let raw: RawConnection;

  beforeAll(async () => {
    raw = context.raw(await context.url());
    await seedLarge(context.engine, raw);
  });

  it.each(looked.map((query) => [query.name, query] as const))(
    '%s reads no table from end to end and sorts nothing',
    async (_, query) => {
      const plan = await planOf(context.engine, raw, query);
      expect(plan.scans, `${plan.sql}\n${plan.text}`).toEqual([]);
      expect(plan.sorts, `${plan.sql}\n${plan.text}`).toBe(false);
    },
  );
});
