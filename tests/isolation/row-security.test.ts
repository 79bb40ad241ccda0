import { type Database, defineQuery, type Query, TenancyViolationError } from '@keelson/db-core';
import { describeEngine, type TestOpenOptions, tenantTables } from '@keelson/db-core/testing';
import { describe, expect, it } from 'vitest';
import { tracked } from '../changes/tracked-tables.ts';
import { type AnyBuilder, anyQuery, fill, stored } from './fixture.ts';
import { idOf, rowFactories, ROWS } from './rows.ts';

const env = { DATABASE_ROW_SECURITY: 'true' };
/** Nothing keeps users apart but the server. */
const alone: TestOpenOptions = { env, guard: 'off' };
const unguarded = { isGuarded: false };

const owners = (table: string) => anyQuery(`owners of ${table}`, (db) => db.selectFrom(table).select('user_id'));

async function ownersSeen(database: Database, user: string, table: string): Promise<string[]> {
  const rows = await database.forUser(user).all(owners(table));
  return [...new Set(rows.map((row) => String(row['user_id'])))].sort();
}

/** Rows in bulk, whoever they are for. */
const bulk: Query<BulkRow, never> = defineQuery('bulk', ((db: AnyBuilder, p: BulkRow) =>
  db.insertInto('conversations').values({ id: p.id, user_id: p.owner, created_at: p.at, updated_at: p.at })) as never);

interface BulkRow {
  readonly id: string;
  readonly owner: string;
  readonly at: Date;
}

/** One conversation, whoever it is to belong to. */
const conversationOf = (owner: string, number: number) => ({
  ...rowFactories.get('conversations')?.(number),
  user_id: owner,
});

const insertFor = (owner: string, number: number) =>
  anyQuery('insert for', (db) => db.insertInto('conversations').values(conversationOf(owner, number)));

const setTitle = (title: string) => anyQuery('set title', (db) => db.updateTable('conversations').set({ title }));

describeEngine('postgres', 'row security', (context) => {
  it('cannot be tested by itself where it is off', async () => {
    await expect(context.open({ env: {}, guard: 'off' })).rejects.toThrow('Without row security');
  });

  describe.each(tenantTables)('of $name', ({ name }) => {
    it('is what keeps users apart: without it each sees the rows of all', async () => {
      const database = await context.open(alone);
      const raw = context.raw(database.config.target.url);
      await fill(database, ['ada', 'eve'], unguarded);
      expect(await ownersSeen(database, 'ada', name)).toEqual(['ada']);
      await raw.query(`ALTER TABLE ${name} DISABLE ROW LEVEL SECURITY`);
      expect(await ownersSeen(database, 'ada', name)).toEqual(['ada', 'eve']);
      await raw.query(`ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY`);
      expect(await ownersSeen(database, 'ada', name)).toEqual(['ada']);
      await raw.query(`CREATE POLICY careless ON ${name} USING (true)`);
      expect(await ownersSeen(database, 'ada', name)).toEqual(['ada', 'eve']);
    });

    it('shows nothing at all without its policy', async () => {
      const database = await context.open(alone);
      await fill(database, ['ada'], unguarded);
      await context.raw(database.config.target.url).query(`DROP POLICY keelson_owner ON ${name}`);
      expect(await ownersSeen(database, 'ada', name)).toEqual([]);
    });

    it('shows nothing to a role that names no user', async () => {
      const database = await context.open(alone);
      await fill(database, ['ada'], unguarded);
      const raw = context.raw(database.config.target.url);
      const [role] = await raw.query(`SELECT 'keelson_tenant_' || session_user AS name`);
      await raw.query(`SET ROLE "${String(role?.['name'])}"`);
      expect(await raw.query(`SELECT id FROM ${name}`)).toEqual([]);
      await raw.query(`SELECT set_config('keelson.user_id', '', false)`);
      expect(await raw.query(`SELECT id FROM ${name}`)).toEqual([]);
      await raw.query(`SELECT set_config('keelson.user_id', 'ada', false)`);
      expect(await raw.query(`SELECT id FROM ${name}`)).toHaveLength(ROWS);
    });
  });

  it('refuses rows for somebody else, and rows that are given away', async () => {
    const database = await context.open(alone);
    await fill(database, ['ada', 'eve'], unguarded);
    const before = await stored(context, database, 'eve');
    const ada = database.forUser('ada');
    await expect(ada.run(insertFor('eve', 50))).rejects.toThrow(TenancyViolationError);
    const giveAway = anyQuery('give away', (db) =>
      db.updateTable('jobs').set({ user_id: 'eve' }).where('id', '=', idOf('jobs', 4)),
    );
    await expect(ada.run(giveAway)).rejects.toThrow(TenancyViolationError);
    const upsert = anyQuery('upsert', (db) =>
      db
        .insertInto('conversations')
        .values(conversationOf('eve', 1))
        .onConflict((oc) => oc.columns(['user_id', 'id']).doUpdateSet({ title: 'changed' })),
    );
    await expect(ada.run(upsert)).rejects.toThrow(TenancyViolationError);
    const steal = anyQuery('steal', (db) =>
      db.updateTable('jobs').set({ user_id: 'ada' }).where('user_id', '=', 'eve'),
    );
    expect((await ada.run(steal)).changes).toBe(0);
    expect(await stored(context, database, 'eve')).toBe(before);
  });

  it('lets no user at what belongs to none, not even at the change log', async () => {
    const database = await context.open(alone);
    for (const table of ['users', 'api_tokens', 'schedules', 'change_log', 'change_consumers', 'schema_migrations']) {
      const read = anyQuery(`read ${table}`, (db) => db.selectFrom(table).select(({ fn }) => fn.countAll().as('n')));
      await expect(database.forUser('ada').all(read), table).rejects.toThrow('permission denied');
    }
  });

  it('leaves nothing of one user on a connection for the next, whatever came between', async () => {
    const database = await context.open({
      env: { ...env, DATABASE_POOL_SIZE: '1', DATABASE_MAX_OVERFLOW: '0' },
      guard: 'off',
    });
    await fill(database, ['ada', 'eve'], unguarded);
    const everybody = async (): Promise<void> => {
      const rows = await database.system('a test').all((db) => db.selectFrom('conversations').select('user_id'));
      expect(rows).toHaveLength(2 * ROWS);
    };
    await everybody();
    expect(await ownersSeen(database, 'eve', 'conversations')).toEqual(['eve']);
    await everybody();
    await expect(database.forUser('ada').run(insertFor('ada', 1))).rejects.toMatchObject({ code: 'UNIQUE_VIOLATION' });
    await everybody();
    await database.transaction('ada', async (ada) => {
      expect(await ada.all(owners('conversations'))).toHaveLength(ROWS);
    });
    await everybody();
    const undone = database.transaction('ada', async (ada) => {
      await ada.run(setTitle('undone'));
      throw new Error('no');
    });
    await expect(undone).rejects.toThrow('no');
    await everybody();
    expect(await ownersSeen(database, 'eve', 'conversations')).toEqual(['eve']);
  });

  it('keeps many users apart who share few connections at once', async () => {
    const database = await context.open({
      env: { ...env, DATABASE_POOL_SIZE: '2', DATABASE_MAX_OVERFLOW: '0' },
      guard: 'off',
    });
    const users = Array.from({ length: 12 }, (_, number) => `user ${number}`);
    await fill(database, users, unguarded);
    const rounds = Array.from({ length: 20 }, async (_, round) => {
      const user = users[(round * 7) % users.length] ?? '';
      expect(await ownersSeen(database, user, 'jobs')).toEqual([user]);
      await database.transaction(user, async (handle) => {
        expect((await handle.run(setTitle(user))).changes).toBe(ROWS);
      });
      expect(await ownersSeen(database, user, 'conversations')).toEqual([user]);
    });
    await Promise.all(rounds);
    const read = anyQuery('titles', (db) => db.selectFrom('conversations').select(['title', 'user_id']));
    for (const user of users) {
      for (const { title, user_id: owner } of await database.forUser(user).all(read))
        expect([owner, title === user || String(title).startsWith('title ')]).toEqual([user, true]);
    }
  });

  it('holds in streams, in bulk, in snapshots and for queries that are built on the spot', async () => {
    const database = await context.open(alone);
    await fill(database, ['ada', 'eve'], unguarded);
    const ada = database.forUser('ada');
    const streamed: unknown[] = [];
    for await (const row of ada.stream(owners('jobs'), undefined, { chunkSize: 2 })) streamed.push(row['user_id']);
    expect(streamed).toEqual(Array.from({ length: ROWS }, () => 'ada'));
    expect(await ada.transaction((tx) => tx.all(owners('jobs')), { readOnly: true })).toHaveLength(ROWS);
    expect(await ada.all((db) => db.selectFrom('jobs').select('user_id'))).toHaveLength(ROWS);
    expect(await ada.runMany(bulk, [{ id: idOf('bulk', 1), owner: 'ada', at: new Date(0) }])).toBe(1);
    const stolen = [2, 3].map((number) => ({ id: idOf('bulk', number), owner: 'eve', at: new Date(0) }));
    await expect(ada.runMany(bulk, stolen)).rejects.toThrow(TenancyViolationError);
  });

  it('holds again after a savepoint took the session back', async () => {
    const database = await context.open(alone);
    await fill(database, ['ada', 'eve'], unguarded);
    const system = database.system('a test');
    const ada = database.forUser('ada');
    const everybody = () => system.all((db) => db.selectFrom('conversations').select('user_id'));
    await system.transaction(async () => {
      expect(await everybody()).toHaveLength(2 * ROWS);
      const failed = system.savepoint(async () => {
        expect(await ada.all(owners('conversations'))).toHaveLength(ROWS);
        await ada.run(insertFor('ada', 1));
      });
      await expect(failed).rejects.toMatchObject({ code: 'UNIQUE_VIOLATION' });
      expect(await ada.all(owners('conversations'))).toHaveLength(ROWS);
      expect(await everybody()).toHaveLength(2 * ROWS);
      await system.savepoint(async () => {
        expect((await ada.run(setTitle('mine'))).changes).toBe(ROWS);
      });
      expect(await everybody()).toHaveLength(2 * ROWS);
      expect((await ada.run(setTitle('mine'))).changes).toBe(ROWS);
    });
  });

  it('holds without prepared statements, too', async () => {
    const database = await context.open({ env: { ...env, DATABASE_PREPARED_STATEMENTS: 'false' }, guard: 'off' });
    await fill(database, ['ada', 'eve'], unguarded);
    for (let time = 0; time < 3; time += 1) expect(await ownersSeen(database, 'ada', 'jobs')).toEqual(['ada']);
    await database.transaction('eve', async (eve) => {
      expect((await eve.run(setTitle('mine'))).changes).toBe(ROWS);
    });
  });

  it('tells the change feed of what users do, and writes down who it was', async () => {
    const database = await context.open(alone);
    await fill(database, ['ada'], unguarded);
    const { changes } = await database.changes.read({});
    expect(changes.length).toBe(ROWS * tracked.length);
    expect(new Set(changes.map(({ userId }) => userId))).toEqual(new Set(['ada']));
  });
});
