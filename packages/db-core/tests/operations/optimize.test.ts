import { expect, it } from 'vitest';
import { openDatabase, optimizeDatabase } from '../../src/index.ts';
import { describeEngine, describeEngines } from '../../src/testing/index.ts';

describeEngines('optimize', (context) => {
  it('works on tables of any name, tells how far it is, and can be stopped', async () => {
    const url = await context.url();
    await context.raw(url).query('CREATE TABLE "Somebody ""else""" (id integer)');
    const database = openDatabase({ url, env: {} });
    const told: number[] = [];
    const done = await optimizeDatabase(database, { full: true, onProgress: (percent) => void told.push(percent) });
    expect(done).toMatchObject({ engine: context.engine, full: true });
    expect(told.length).toBeGreaterThan(1);
    expect(told).toEqual([...told].sort((a, b) => a - b));
    await expect(optimizeDatabase(database, { signal: AbortSignal.abort(new Error('stop')) })).rejects.toThrow('stop');
    await database.close();
  });
});

describeEngine('sqlite', 'optimize', (context) => {
  it('makes a file smaller that much was deleted from, and has the planner know its tables', async () => {
    const url = await context.url();
    const raw = context.raw(url);
    await raw.query('CREATE TABLE filler (content text)');
    await raw.query('CREATE INDEX filler_content ON filler (substr(content, 1, 8))');
    await raw.query(
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO filler SELECT hex(randomblob(500)) FROM n',
    );
    await raw.query('DELETE FROM filler WHERE rowid > 100');
    await raw.close();
    const database = openDatabase({ url, env: {} });
    const gentle = await optimizeDatabase(database);
    expect(gentle.after.sizeBytes).toBe(gentle.before.sizeBytes);
    expect(gentle.after).toMatchObject({ walBytes: 0, deadRows: null });
    const full = await optimizeDatabase(database, { full: true });
    expect(full.before.freeBytes).toBeGreaterThan(1_000_000);
    expect(full.after.freeBytes).toBe(0);
    expect(full.after.sizeBytes).toBeLessThan(full.before.sizeBytes / 2);
    await database.close();
    expect(await context.raw(url).query(`SELECT stat FROM sqlite_stat1 WHERE tbl = 'filler'`)).not.toHaveLength(0);
  });
});

describeEngine('postgres', 'optimize', (context) => {
  it('removes dead rows and has the planner know its tables', async () => {
    const url = await context.url();
    const raw = context.raw(url);
    await raw.query('CREATE TABLE filler AS SELECT g AS id FROM generate_series(1, 5000) g');
    await raw.query('DELETE FROM filler WHERE id % 2 = 0');
    await raw.query('SELECT pg_stat_force_next_flush()');
    await raw.query('SELECT 1');
    const database = openDatabase({ url, env: {} });
    const { before, after } = await optimizeDatabase(database);
    expect(before.deadRows).toBeGreaterThanOrEqual(2500);
    expect(after.deadRows).toBeLessThan(before.deadRows ?? 0);
    expect(after).toMatchObject({ walBytes: null, freeBytes: null });
    await database.close();
    expect(await raw.query(`SELECT reltuples::int AS rows FROM pg_class WHERE relname = 'filler'`)).toEqual([
      { rows: 2500 },
    ]);
  });
});
