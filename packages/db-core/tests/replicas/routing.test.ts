import { expect, it } from 'vitest';
import { type Database, defineSystemQuery, newId, openDatabase } from '../../src/index.ts';
import { describeReplicas, insert, only, rename, titleOf, titles, untilServed } from './support.ts';

const count = defineSystemQuery('test.count', (db) =>
  db.selectFrom('conversations').select((eb) => eb.fn.countAll<number>().as('rows')),
);

/** How many reads the replica answers while the work is done. */
async function servedBy(database: Database, work: () => Promise<unknown>): Promise<number> {
  const before = only(database).reads;
  await work();
  return only(database).reads - before;
}

describeReplicas('reads', (stage) => {
  it('of users go to the replica: single ones, read-only transactions and streams', async () => {
    const database = stage().open();
    const { name, id } = await stage().newUser(database);
    await untilServed(database, name);
    const user = database.forUser(name);
    expect(await servedBy(database, () => user.first(titleOf, { id }))).toBe(1);
    expect(
      await servedBy(database, async () => {
        const rows = await user.transaction(
          async (tx) => [await tx.first(titleOf, { id }), await tx.first(titleOf, { id })],
          { readOnly: true },
        );
        expect(rows).toEqual([{ title: '0' }, { title: '0' }]);
      }),
    ).toBe(1);
    expect(
      await servedBy(database, async () => {
        const rows = [];
        for await (const row of user.stream(titles)) rows.push(row);
        expect(rows).toEqual([{ id, title: '0' }]);
      }),
    ).toBe(1);
    // Its last statement on a connection that is open still.
    await user.first(titleOf, { id });
    const seen = await stage().standby.query(
      `select 1 from pg_stat_activity where application_name = 'keelson' and query like '%conversations%'`,
    );
    expect(seen.length).toBeGreaterThan(0);
  });

  it('in a transaction that writes, of the system handle, and of the change feed go to the primary', async () => {
    const database = stage().open();
    const { name, id } = await stage().newUser(database);
    await untilServed(database, name);
    const elsewhere = async (): Promise<void> => {
      await database.transaction(name, async (user) => {
        await user.first(titleOf, { id });
      });
      await database.system('test').first(count);
      await database.changes.read({ userId: name });
      await database.migrations.status();
      await database.info();
    };
    expect(await servedBy(database, elsewhere)).toBe(0);
  });

  it('with values that only the primary has are not served by the replica', async () => {
    const database = stage().open();
    const { name } = await stage().newUser(database);
    await untilServed(database, name);
    await stage().standby.query('select pg_wal_replay_pause()');
    try {
      const id = newId();
      await database.forUser(name).run(insert, { id, title: 'new' });
      expect(await servedBy(database, () => database.forUser(name).first(titleOf, { id }))).toBe(0);
      expect(await database.forUser(name).first(titleOf, { id })).toEqual({ title: 'new' });
    } finally {
      await stage().standby.query('select pg_wal_replay_resume()');
    }
    await untilServed(database, name);
  });

  it('of others go on being served when one user writes, and when the system writes what no user sees', async () => {
    const database = stage().open();
    const ada = await stage().newUser(database);
    const bob = await stage().newUser(database);
    await untilServed(database, bob.name);
    await stage().standby.query('select pg_wal_replay_pause()');
    const updateToken = defineSystemQuery('test.touch', (db) =>
      db.updateTable('api_tokens').set({ last_used_at: new Date() }),
    );
    const readBoth = async (): Promise<void> => {
      await database.forUser(ada.name).first(titleOf, ada);
      await database.forUser(bob.name).first(titleOf, bob);
    };
    try {
      await database.forUser(ada.name).run(rename, { id: ada.id, title: '1' });
      await database.system('test').run(updateToken);
      expect(await servedBy(database, readBoth)).toBe(1);
      const touchAll = defineSystemQuery('test.touchAll', (db) =>
        db.updateTable('conversations').set({ updated_at: new Date() }).where('id', '=', bob.id),
      );
      await database.system('test').run(touchAll);
      expect(await servedBy(database, readBoth)).toBe(0);
    } finally {
      await stage().standby.query('select pg_wal_replay_resume()');
    }
  });

  it('go to the replica of an idle primary, also after it began a new file of its log', async () => {
    const database = stage().open({ maxLagMs: 500 });
    const { name } = await stage().newUser(database);
    await untilServed(database, name);
    await stage().primary.query('select pg_switch_wal()');
    for (let round = 0; round < 15; round += 1) {
      await new Promise((resolve) => void setTimeout(resolve, 100));
      await database.forUser(name).all(titles);
    }
    await untilServed(database, name);
    expect(only(database)).toMatchObject({ state: 'following', reason: null });
    expect(only(database).lagBytes).toBeLessThanOrEqual(40);
  });

  it('need no more rights than to own the database', async () => {
    const name = 'plain';
    await stage().primary.query(`create role ${name} login password 'secret'`);
    await stage().primary.query(`create database ${name} owner ${name}`);
    const own = (url: string): string =>
      Object.assign(new URL(url), { username: name, password: 'secret', pathname: `/${name}` }).href;
    const database = openDatabase({ url: own(stage().server.url), readUrl: own(stage().replica.url), env: {} });
    await untilServed(database, 'ada');
    expect(only(database).fallbacks).toBe(0);
    await database.close();
  });
});
