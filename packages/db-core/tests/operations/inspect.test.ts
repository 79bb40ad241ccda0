import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Database,
  defineQuery,
  defineSystemQuery,
  inspectIndexes,
  inspectLocks,
  inspectPlan,
  inspectPlans,
  inspectSlow,
  inspectTables,
  openDatabase,
  SystemLogs,
} from '../../src/index.ts';
import { describeEngines, startPostgresServer, type TestServer } from '../../src/testing/index.ts';
import { openRaw } from '../../src/testing/raw.ts';

const byTitle = defineQuery('inspected.byTitle', (db, p: { title: string }) =>
  db.selectFrom('conversations').select('id').where('title', '=', p.title),
);

defineSystemQuery('inspected.byName', (db, p: { name: string }) =>
  db.selectFrom('organisations').select('id').where('name', '=', p.name),
);

describeEngines('inspecting', (context) => {
  it('tells how large tables are', async () => {
    const url = await context.url();
    const raw = context.raw(url);
    await raw.query('CREATE TABLE filler (id integer PRIMARY KEY, content text)');
    await raw.query(
      context.engine === 'sqlite'
        ? `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO filler SELECT i, hex(randomblob(50)) FROM n`
        : `INSERT INTO filler SELECT i, repeat('x', 100) FROM generate_series(1, 5000) i`,
    );
    await raw.query('CREATE INDEX filler_content ON filler (content)');
    if (context.engine === 'postgres') await raw.query('ANALYZE filler');
    const database = openDatabase({ url, env: {} });
    const [largest] = await inspectTables(database);
    expect(largest).toMatchObject({ name: 'filler', rows: 5000, isEstimate: context.engine === 'postgres' });
    expect(largest?.bytes).toBeGreaterThan(500_000);
    expect(largest?.indexBytes).toBeGreaterThan(50_000);
    await database.close();
  });

  it('tells what indexes are there for, which nobody uses and which are missing', async () => {
    const url = await context.url();
    const raw = context.raw(url);
    await raw.query('CREATE TABLE shelves (id integer PRIMARY KEY)');
    await raw.query(
      'CREATE TABLE books (id integer PRIMARY KEY, shelf_id integer REFERENCES shelves, kept_id integer REFERENCES shelves, year integer)',
    );
    await raw.query('CREATE INDEX books_kept ON books (kept_id)');
    await raw.query('CREATE INDEX books_year ON books (year)');
    const database = openDatabase({ url, env: {} });
    const { indexes, missing } = await inspectIndexes(database);
    await database.close();
    const purposes = Object.fromEntries(indexes.map(({ name, purpose }) => [name, purpose]));
    expect(purposes).toMatchObject({ books_year: 'unused', books_kept: 'reference', settings_key_key: 'unique' });
    expect(missing).toMatchObject([{ table: 'books', columns: ['shelf_id'] }]);
    const primary = context.engine === 'sqlite' ? 'sqlite_autoindex_conversations_1' : 'conversations_pkey';
    expect(indexes.find(({ name }) => name === primary)).toMatchObject({ columns: ['user_id', 'id'], isUnique: true });
    // The rows of the platform are few, so that PostgreSQL reads them through; SQLite never does.
    const used = indexes.find(({ name }) => name === 'system_logs_by_level');
    if (context.engine === 'sqlite') expect(used?.statements).toContain('systemLogs.listOfLevel');
  });

  it('tells which statements read a large table from end to end', async () => {
    const url = await context.url();
    const raw = context.raw(url);
    const [numbers, time] =
      context.engine === 'sqlite'
        ? ['(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200) SELECT i FROM n) AS n', '0']
        : ['generate_series(1, 1200) i', 'now()'];
    const uuid = context.engine === 'sqlite' ? `'01890000-0000-7000-8000-' || printf('%012d', i)` : 'gen_random_uuid()';
    await raw.query(
      `INSERT INTO organisations (id, name, created_at, updated_at) SELECT ${uuid}, 'name ' || i, ${time}, ${time} FROM ${numbers}`,
    );
    if (context.engine === 'postgres') await raw.query('ANALYZE organisations');
    const database = openDatabase({ url, env: {} });
    const { missing } = await inspectIndexes(database);
    await database.close();
    expect(missing).toMatchObject([{ table: 'organisations', reason: expect.stringContaining('inspected.byName') }]);
  });

  it('shows the plan of a statement by its name, and what there is when there is none', async () => {
    const database = await context.open();
    const plan = await inspectPlan(database, byTitle.name);
    expect(plan).toMatchObject({ name: 'inspected.byTitle', sql: expect.stringContaining('conversations') });
    expect(plan.text).toMatch(
      context.engine === 'sqlite' ? /SEARCH conversations USING INDEX/ : /Scan.* on conversations/,
    );
    await expect(inspectPlan(database, 'inspected.nothing')).rejects.toMatchObject({
      code: 'NOT_FOUND',
      hint: expect.stringContaining('inspected.byTitle'),
    });
    const names = (await inspectPlans(database)).map(({ name }) => name);
    expect(names).toContain('settings.findByKey');
    expect(names).toEqual([...names].sort());
  });

  it('gathers the slow statements that programs logged', async () => {
    const database = await context.open();
    const logs = new SystemLogs(database);
    for (const [name, durationMs] of [
      ['a.one', 300],
      ['a.one', 500],
      ['b.two', 250],
    ] as const) {
      await logs.write([
        { level: 'WARNING', message: `slow query ${name}`, details: { durationMs, sql: `select ${name}` } },
      ]);
    }
    await logs.write([{ level: 'ERROR', message: 'a slow query somewhere' }]);
    const slow = await inspectSlow(database);
    expect(slow.lines).toBe(3);
    expect(slow.logged).toMatchObject([
      { name: 'a.one', times: 2, meanMs: 400, longestMs: 500, sql: 'select a.one' },
      { name: 'b.two', times: 1, meanMs: 250, longestMs: 250 },
    ]);
    expect(slow.counted).toBeNull();
    if (context.engine === 'postgres') expect(slow.hint).toContain('CREATE EXTENSION pg_stat_statements');
  });

  it('tells who holds locks', async () => {
    const url = await context.url();
    const database = openDatabase({ url, env: {} });
    await database.initialize();
    expect(await inspectLocks(database)).toEqual([]);
    await database.close();
  });
});

describe('inspecting a server', () => {
  let server: TestServer;
  let database: Database;

  beforeAll(async () => {
    server = await startPostgresServer({ settings: ['shared_preload_libraries=pg_stat_statements'] });
    database = openDatabase({ url: server.url, env: {} });
    await database.initialize();
  });

  afterAll(async () => {
    await database.close();
    await server.stop();
  });

  it('shows what PostgreSQL counted, once that is made', async () => {
    expect((await inspectSlow(database)).counted).toBeNull();
    const raw = openRaw(server.url);
    await raw.query('CREATE EXTENSION pg_stat_statements');
    await raw.query('SELECT count(*) FROM users');
    await raw.close();
    const { counted } = await inspectSlow(database, { limit: 500 });
    expect(counted).toContainEqual(expect.objectContaining({ sql: 'SELECT count(*) FROM users', calls: 1, rows: 1 }));
  });

  it('tells who waits for whom', async () => {
    const holder = openRaw(server.url);
    const waiter = openRaw(server.url);
    const pidOf = async (raw: typeof holder): Promise<number> =>
      Number((await raw.query('SELECT pg_backend_pid() AS pid'))[0]?.['pid']);
    const [held, waiting] = [await pidOf(holder), await pidOf(waiter)];
    await holder.query('BEGIN');
    await holder.query('LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
    const blocked = waiter.query('SELECT count(*) FROM users');
    await expect
      .poll(() => inspectLocks(database), { timeout: 20_000 })
      .toMatchObject([
        { pid: held, state: 'idle in transaction', tables: ['users'], blockedBy: [] },
        { pid: waiting, blockedBy: [held], statement: 'SELECT count(*) FROM users' },
      ]);
    await holder.query('COMMIT');
    await blocked;
    await Promise.all([holder.close(), waiter.close()]);
  });
});
