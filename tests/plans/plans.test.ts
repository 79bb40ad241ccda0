import { describeEngine, describeEngines, planOf, type RawConnection } from '@keelson/db-core/testing';
import { beforeAll, expect, it } from 'vitest';
import { repositoryQueries } from './repositories.ts';
import { seedLarge } from './seed.ts';

const queries = await repositoryQueries();

it('there are queries to look at', () => {
  expect(queries.length).toBeGreaterThan(10);
});

/** Queries that are meant to read a whole table, each with its reason. */
const READS_ALL: ReadonlyMap<string, string> = new Map([
  ['identity.find', 'the table has one row'],
  ['cache.listTrackedTables', 'there is one row for each table'],
  ['alerts.findWatch', 'the table has one row'],
  ['alerts.takeTurn', 'the table has one row'],
  ['mirror.sumMessages', 'a mirror begins with how much there is of everybody'],
]);

/** Queries that may sort what they have found, each with its reason. */
const MAY_SORT: ReadonlyMap<string, string> = new Map([
  ['alerts.listFiring', 'what fires at one time is little'],
  ['alerts.listUntold', 'what ended a moment ago is little'],
  ['statistics.listFigures', 'where there is little, sorting it is less than reading it in order'],
]);

it('every exception is a query that there is', () => {
  const names = queries.map(({ name }) => name);
  for (const name of [...READS_ALL.keys(), ...MAY_SORT.keys()]) expect(names).toContain(name);
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
      if (!MAY_SORT.has(query.name)) expect(plan.sorts, `${plan.sql}\n${plan.text}`).toBe(false);
    },
  );
});

describeEngine('postgres', 'on 100,000 rows, under row security', (context) => {
  let owner: RawConnection;
  let tenant: RawConnection;

  beforeAll(async () => {
    const database = await context.open({ env: { DATABASE_ROW_SECURITY: 'true' } });
    const { url } = database.config.target;
    [owner, tenant] = [context.raw(url), context.raw(url)];
    await seedLarge(context.engine, owner);
    const [role] = await owner.query(`SELECT 'keelson_tenant_' || session_user AS name`);
    await tenant.query(`SELECT set_config('role', $1, false), set_config('keelson.user_id', 'user 1', false)`, [
      role?.['name'],
    ]);
  });

  // PostgreSQL lets a condition in before the policy only when it knows that it can't leak: an index could lie idle.
  it.each(looked.filter(({ access }) => access === 'tenant').map((query) => [query.name, query] as const))(
    '%s uses the indexes that it uses without',
    async (_, query) => {
      const [free, walled] = [await planOf('postgres', owner, query), await planOf('postgres', tenant, query)];
      expect(walled.scans, walled.text).toEqual([]);
      if (!MAY_SORT.has(query.name)) expect(walled.sorts, walled.text).toBe(false);
      expect(conditions(walled.text), walled.text).toEqual(conditions(free.text));
    },
  );
});

/** How indexes are asked. The owner is bound several times, and written with its type under a policy. */
function conditions(plan: string): string[] {
  const plain = plan.replaceAll(/user_id = (?:\$\d+|\(\$\d+\)::text)/g, 'user_id = owner');
  return (plain.match(/Index Cond: .*|Index (?:Only )?Scan .*(?= {2}\(cost)/g) ?? []).sort();
}
