import { expect, it } from 'vitest';
import { databaseInfo, ensureIdentity, openDatabase } from '../../src/index.ts';
import { describeEngine, describeEngines } from '../../src/testing/index.ts';

describeEngines('info', (context) => {
  it('tells engine, sizes, migrations, rows and which database it is', async () => {
    const url = await context.url();
    const database = openDatabase({ url, env: {} });
    const identity = await ensureIdentity(database, 'staging');
    const info = await databaseInfo(database);
    await database.close();
    expect(info).toMatchObject({ engine: context.engine, identity, migrations: { pending: [] } });
    expect(info.version).toMatch(/^\d+\.\d+/);
    expect(info.sizeBytes).toBeGreaterThan(0);
    expect(info.walBytes === null).toBe(context.engine === 'postgres');
    expect(info.migrations.applied).toBeGreaterThanOrEqual(2);
    expect(info.tables).toContainEqual({ name: 'database_identity', rows: 1 });
    expect(info.tables).toContainEqual({ name: 'conversations', rows: 0 });
    expect(info.tables.map(({ name }) => name)).toEqual(info.tables.map(({ name }) => name).sort());
  });

  it('works where migrations are pending, and counts tables that others made', async () => {
    const url = await context.url();
    await context.raw(url).query('CREATE TABLE "Somebody ""else""" (id integer)');
    const database = openDatabase({ url, env: {} });
    await database.migrations.rollback({ to: '0001' });
    const info = await databaseInfo(database);
    await database.close();
    expect(info.migrations.current).toBe('0001_kernel');
    expect(info.migrations.pending).not.toHaveLength(0);
    expect(info.tables).toContainEqual({ name: 'Somebody "else"', rows: 0 });
    expect(info.identity).toBeNull();
  });
});

describeEngine('sqlite', 'info of a missing file', (context) => {
  it('is the error that says so', async () => {
    const database = openDatabase({ url: await context.emptyUrl(), env: {}, create: false });
    await expect(databaseInfo(database)).rejects.toMatchObject({ code: 'DATABASE_NOT_FOUND' });
    await database.close();
  });
});
