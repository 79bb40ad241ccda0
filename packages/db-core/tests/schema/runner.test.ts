import { expect, it } from 'vitest';
import {
  ConfigurationError,
  MigrationDriftError,
  MigrationFailedError,
  MigrationMissingDownError,
  MigrationPendingError,
  NewerSchemaError,
} from '../../src/errors/index.ts';
import type { Migration } from '../../src/schema/migration.ts';
import { planMigrations, rollback } from '../../src/schema/runner.ts';
import { sequenceOf } from '../../src/schema/sequence.ts';
import { assertUpToDate, migrationStatus } from '../../src/schema/status.ts';
import { change, describeSchema, makesTable, query, run, tableNames } from './support.ts';

const first = makesTable('0001_first');
const second = makesTable('0002_second');
const third = makesTable('0003_third');
const all = [first, second, third];

describeSchema('migrating', ({ kind, newEngine }) => {
  it('finds a fresh database, and makes nothing by looking', async () => {
    const engine = await newEngine();
    expect(await migrationStatus(engine, all)).toEqual({
      engine: kind,
      fresh: true,
      current: null,
      applied: [],
      pending: ['0001_first', '0002_second', '0003_third'],
      unfinished: [],
      drifted: [],
      newer: [],
      foreign: [],
    });
    expect(await tableNames(engine)).toEqual([]);
  });

  it('runs what is pending, once, and remembers it', async () => {
    const engine = await newEngine();
    const before = Date.now();
    const events: unknown[] = [];
    const { done } = await run(engine, all, { to: '0002', onEvent: (event) => events.push(event) });
    expect(done.map(({ name }) => name)).toEqual(['0001_first', '0002_second']);
    expect(events).toEqual(
      done.map(({ name, durationMs }) => ({ type: 'migration', name, direction: 'up', durationMs })),
    );
    const status = await migrationStatus(engine, all);
    expect(status).toMatchObject({ fresh: false, current: '0002_second', pending: ['0003_third'], drifted: [] });
    expect(() => assertUpToDate(status)).toThrow(MigrationPendingError);
    const [entry] = status.applied;
    expect(entry).toMatchObject({
      name: '0001_first',
      position: 1,
      engine: kind,
      state: 'applied',
      appVersion: '1.2.3',
    });
    expect(entry?.checksum).toMatch(/^[0-9a-f]{64}$/);
    expect(entry?.appliedAt.getTime()).toBeGreaterThanOrEqual(before);
    expect(entry?.durationMs).toBeGreaterThanOrEqual(0);

    expect((await run(engine, all)).done.map(({ name }) => name)).toEqual(['0003_third']);
    expect((await run(engine, all)).done).toEqual([]);
    assertUpToDate(await migrationStatus(engine, all));
  });

  it('shows the SQL and does nothing in a dry run', async () => {
    const engine = await newEngine();
    const breaking = makesTable('0002_second', { breaking: true });
    const { plan, done } = await run(engine, [first, breaking], {
      dryRun: true,
      backup: () => Promise.reject(new Error('not in a dry run')),
    });
    expect(done).toEqual([]);
    expect(plan).toEqual(await planMigrations(engine, { migrations: [first, breaking] }));
    expect(
      plan.map(({ name, direction, breaking: breaks, transaction }) => ({ name, direction, breaks, transaction })),
    ).toEqual([
      { name: '0001_first', direction: 'up', breaks: false, transaction: true },
      { name: '0002_second', direction: 'up', breaks: true, transaction: true },
    ]);
    expect(plan[0]?.sql[0]).toContain('CREATE TABLE "table_0001_first"');
    expect(await tableNames(engine)).toEqual([]);

    await run(engine, [first, breaking]);
    const undone = await rollback(engine, { migrations: [first, breaking], dryRun: true });
    expect(undone.plan.map(({ sql }) => sql)).toEqual([['DROP TABLE "table_0002_second"']]);
    expect((await tableNames(engine)).length).toBe(3);
  });

  it('undoes one step, or all after the one that is named', async () => {
    const engine = await newEngine();
    await run(engine, all);
    expect((await rollback(engine, { migrations: all })).done.map(({ name }) => name)).toEqual(['0003_third']);
    await run(engine, all);
    expect((await rollback(engine, { migrations: all, to: '0001' })).done.map(({ name }) => name)).toEqual([
      '0003_third',
      '0002_second',
    ]);
    expect((await migrationStatus(engine, all)).current).toBe('0001_first');
    expect((await rollback(engine, { migrations: all, to: '0001_first' })).done).toEqual([]);
    expect((await rollback(engine, { migrations: all, to: '0000' })).done.map(({ name }) => name)).toEqual([
      '0001_first',
    ]);
    expect((await rollback(engine, { migrations: all })).done).toEqual([]);
    expect(await tableNames(engine)).toEqual(['schema_migrations']);
  });

  it('refuses a target that is not there, and one that is already past', async () => {
    const engine = await newEngine();
    await run(engine, all);
    await expect(run(engine, all, { to: '0009' })).rejects.toThrow(ConfigurationError);
    await expect(run(engine, all, { to: '0001' })).rejects.toThrow('past 0001');
    await expect(rollback(engine, { migrations: all, to: '0007' })).rejects.toThrow('no migration 0007');
    expect((await migrationStatus(engine, all)).current).toBe('0003_third');
  });

  it('backs up first, but neither an empty database nor for nothing', async () => {
    const engine = await newEngine();
    const backups: string[][] = [];
    const backup = async (): Promise<void> => void backups.push(await tableNames(engine));
    await run(engine, [first], { backup });
    await run(engine, [first], { backup });
    expect(backups).toEqual([]);
    await run(engine, all, { backup });
    expect(backups).toEqual([['schema_migrations', 'table_0001_first']]);

    const refused = rollback(engine, { migrations: all, backup: () => Promise.reject(new Error('no space')) });
    await expect(refused).rejects.toThrow('no space');
    expect((await tableNames(engine)).length).toBe(4);
  });

  it('refuses a migration that changed after it ran, and names its file', async () => {
    const engine = await newEngine();
    await run(engine, all);
    const changed: Migration = { ...second, up: (m) => m.execute('CREATE TABLE other (id integer)') };
    const drifted = [first, changed, third];
    const refusal = run(engine, [...drifted, makesTable('0004_fourth')]);
    await expect(refusal).rejects.toThrow(MigrationDriftError);
    await expect(refusal).rejects.toThrow('migrations/0002_second.ts has changed since it ran');
    await expect(rollback(engine, { migrations: drifted })).rejects.toThrow(MigrationDriftError);
    expect(() =>
      assertUpToDate({ ...emptyStatus, drifted: [{ name: '0002_second', problem: 'has changed' }] }),
    ).toThrow(MigrationDriftError);
    expect((await migrationStatus(engine, drifted)).drifted.map(({ name }) => name)).toEqual(['0002_second']);
  });

  it('takes a mended down, and SQL that is only laid out anew, for the same migration', async () => {
    const engine = await newEngine();
    const made: Migration = {
      name: '0001_first',
      up: (m) => m.execute('CREATE TABLE a (id integer)'),
      down: (m) => m.execute('DROP TABLE b'),
    };
    await run(engine, [made]);
    const mended: Migration = {
      name: '0001_first',
      up: (m) =>
        m.execute(`
          CREATE TABLE a
            (id integer)
        `),
      down: (m) => m.dropTables('a'),
    };
    await rollback(engine, { migrations: [mended] });
    expect(await tableNames(engine)).toEqual(['schema_migrations']);
  });

  it('refuses a migration that was renamed or passed over', async () => {
    const engine = await newEngine();
    await run(engine, all);
    const renamed = [first, makesTable('0002_other'), third];
    await expect(run(engine, renamed)).rejects.toThrow(
      'migrations/0002_second.ts ran here, but this program has another one of that number',
    );
    await change(engine, `DELETE FROM schema_migrations WHERE name = '0002_second'`);
    await expect(run(engine, all)).rejects.toThrow('migrations/0002_second.ts never ran, but later ones did');
  });

  it('refuses a database that a newer version migrated', async () => {
    const engine = await newEngine();
    await run(engine, all);
    const refusal = run(engine, [first, second]);
    await expect(refusal).rejects.toThrow(NewerSchemaError);
    await expect(refusal).rejects.toMatchObject({ details: { newer: ['0003_third'] } });
    await expect(rollback(engine, { migrations: [first, second] })).rejects.toThrow(NewerSchemaError);
    const status = await migrationStatus(engine, [first, second]);
    expect(status).toMatchObject({ newer: ['0003_third'], current: '0003_third', pending: [] });
    expect(() => assertUpToDate(status)).toThrow(NewerSchemaError);
  });

  it('undoes nothing if one of them has no down', async () => {
    const engine = await newEngine();
    const { down: _, ...oneWay } = second;
    const migrations = [first, oneWay, third];
    await run(engine, migrations);
    await expect(rollback(engine, { migrations, to: '0001' })).rejects.toThrow(MigrationMissingDownError);
    expect((await migrationStatus(engine, migrations)).current).toBe('0003_third');
    expect((await rollback(engine, { migrations })).done.map(({ name }) => name)).toEqual(['0003_third']);
    await expect(rollback(engine, { migrations })).rejects.toThrow('migrations/0002_second.ts has no down');
  });

  it('leaves the database as it was when a step fails, and keeps what succeeded before', async () => {
    const engine = await newEngine();
    const failing = makesTable('0002_second', {
      up(m) {
        m.createTable('half', (t) => ({ id: t.uuid() }), { primaryKey: ['id'] });
        m.execute('INSERT INTO nowhere VALUES (1)');
      },
    });
    const failure = await run(engine, [first, failing, third]).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(MigrationFailedError);
    expect(failure).toMatchObject({
      details: { migration: '0002_second', direction: 'up', statement: 'INSERT INTO nowhere VALUES (1)' },
    });
    expect((failure as MigrationFailedError).message).toContain('migrations/0002_second.ts failed');
    expect((failure as MigrationFailedError).cause).toMatchObject({ code: 'QUERY' });
    expect(await tableNames(engine)).toEqual(['schema_migrations', 'table_0001_first']);
    expect(await migrationStatus(engine, all)).toMatchObject({
      current: '0001_first',
      pending: ['0002_second', '0003_third'],
      unfinished: [],
    });
    expect((await run(engine, all)).done.length).toBe(2);
  });

  it('leaves the database as it was when what came out is not right', async () => {
    const engine = await newEngine();
    const checked = makesTable('0002_second', {
      async up(m) {
        await second.up(m);
        const rows = await m.query('SELECT count(*) AS counted FROM table_0002_second');
        for (const row of rows)
          if (row['counted'] === 0)
            m.execute(
              `INSERT INTO table_0002_second (user_id, id) VALUES ('a', '00000000-0000-7000-8000-000000000001')`,
            );
      },
      async validateUp(m) {
        const rows = await m.query(
          'SELECT user_id FROM table_0002_second WHERE user_id = $1 OR user_id = $2 OR user_id = $1',
          ['a', 'b'],
        );
        if (rows.length === 1) throw new Error('one row is too few');
      },
      validateDown: () => Promise.reject(new Error('it must stay')),
    });
    const migrations = [first, checked];
    await expect(run(engine, migrations)).rejects.toThrow('migrations/0002_second.ts failed: one row is too few');
    expect(await tableNames(engine)).toEqual(['schema_migrations', 'table_0001_first']);

    await run(engine, [first, { ...checked, validateUp: () => undefined }]);
    await expect(rollback(engine, { migrations })).rejects.toThrow(
      'migrations/0002_second.ts failed to be undone: it must stay',
    );
    expect(await query(engine, 'SELECT user_id FROM table_0002_second')).toEqual([{ user_id: 'a' }]);
  });

  it('says that a migration without a transaction was interrupted, and runs it again from its beginning', async () => {
    const engine = await newEngine();
    let broken = true;
    const loose: Migration = {
      name: '0002_loose',
      transaction: false,
      up(m) {
        m.execute('CREATE TABLE IF NOT EXISTS loose (id integer)');
        if (broken) m.execute('INSERT INTO nowhere VALUES (1)');
      },
      down(m) {
        m.execute('DROP TABLE IF EXISTS loose');
        if (broken) m.execute('INSERT INTO nowhere VALUES (1)');
      },
    };
    // The SQL differs between the runs, as it would after a mend; what counts is what ran in the end.
    const mended = (): Migration => ({ ...loose });
    const failure = run(engine, [first, mended()]);
    await expect(failure).rejects.toThrow(MigrationFailedError);
    await expect(failure).rejects.toMatchObject({ hint: expect.stringContaining('keelson migrate') as string });
    const status = await migrationStatus(engine, [first, mended()]);
    expect(status).toMatchObject({
      current: '0001_first',
      pending: ['0002_loose'],
      unfinished: [{ name: '0002_loose', state: 'running' }],
    });
    expect(() => assertUpToDate(status)).toThrow('interrupted, or are under way: 0002_loose (being run)');
    expect(await tableNames(engine)).toContain('loose');

    broken = false;
    expect((await run(engine, [first, mended()])).done.map(({ name }) => name)).toEqual(['0002_loose']);
    assertUpToDate(await migrationStatus(engine, [first, mended()]));

    const applied = mended();
    await migrationStatus(engine, [first, applied]);
    broken = true;
    await expect(rollback(engine, { migrations: [first, applied] })).rejects.toMatchObject({
      hint: expect.stringContaining('keelson rollback') as string,
    });
    expect((await migrationStatus(engine, [first, applied])).unfinished).toMatchObject([
      { name: '0002_loose', state: 'reverting' },
    ]);
    await expect(run(engine, [first, applied])).rejects.toMatchObject({
      hint: expect.stringContaining('keelson rollback') as string,
    });
    broken = false;
    await rollback(engine, { migrations: [first, applied] });
    expect(await tableNames(engine)).toEqual(['schema_migrations', 'table_0001_first']);
  });
});

describeSchema("an application's own migrations", ({ newEngine }) => {
  const acme1 = makesTable('acme_0001_a');
  const acme2 = makesTable('acme_0002_b');

  it('follow ours, and bear ours that come later', async () => {
    const engine = await newEngine();
    await run(engine, sequenceOf([first], [acme1]));
    const grown = sequenceOf([first, second], [acme1, acme2]);
    expect((await run(engine, grown)).done.map(({ name }) => name)).toEqual(['0002_second', 'acme_0002_b']);
    const status = await migrationStatus(engine, grown);
    expect(status.applied.map(({ name }) => name)).toEqual(['0001_first', 'acme_0001_a', '0002_second', 'acme_0002_b']);
    assertUpToDate(status);
    // Undone in the reverse of the order in which they really ran.
    expect((await rollback(engine, { migrations: grown, to: 'acme_0001' })).done.map(({ name }) => name)).toEqual([
      'acme_0002_b',
      '0002_second',
    ]);
  });

  it("are none of the business of a program that doesn't bring them, but it can't undo them", async () => {
    const engine = await newEngine();
    await run(engine, sequenceOf([first], [acme1, acme2]));
    const status = await migrationStatus(engine, [first, second]);
    expect(status).toMatchObject({ foreign: ['acme_0001_a', 'acme_0002_b'], newer: [], pending: ['0002_second'] });
    await run(engine, [first, second]);
    expect((await rollback(engine, { migrations: [first, second] })).done.map(({ name }) => name)).toEqual([
      '0002_second',
    ]);
    await expect(rollback(engine, { migrations: [first, second] })).rejects.toThrow(MigrationMissingDownError);
    await expect(run(engine, sequenceOf([first], [acme1]))).rejects.toThrow(NewerSchemaError);
  });
});

const emptyStatus = {
  engine: 'sqlite' as const,
  fresh: false,
  current: null,
  applied: [],
  pending: [],
  unfinished: [],
  drifted: [],
  newer: [],
  foreign: [],
};
