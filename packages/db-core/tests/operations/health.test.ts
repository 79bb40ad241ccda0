import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { type Database, databaseHealth, type DatabaseHealth, openDatabase } from '../../src/index.ts';
import { describeEngine, describeEngines } from '../../src/testing/index.ts';

async function healthOf(url: string, env: Record<string, string> = {}): Promise<DatabaseHealth> {
  const database = openDatabase({ url, env: { DATABASE_INIT_RETRY_COUNT: '0', ...env }, create: false });
  try {
    return await databaseHealth(database, { timeoutMs: 2000 });
  } finally {
    await database.close();
  }
}

function rollBack(database: Database): Promise<unknown> {
  return database.migrations.rollback({ to: '0001' });
}

describeEngines('health', (context) => {
  it('is healthy when all is well, with figures', async () => {
    const { status, checks } = await databaseHealth(await context.open());
    expect(status).toBe('healthy');
    expect(checks.connection).toMatchObject({
      status: 'healthy',
      engine: context.engine,
      version: expect.stringMatching(/^\d+\.\d+/),
    });
    expect(checks.connection.latencyMs).toBeGreaterThanOrEqual(0);
    expect(checks.migrations).toMatchObject({ status: 'healthy', pending: [], drifted: [], newer: [], unfinished: [] });
    expect(checks.schema).toMatchObject({ status: 'healthy', differences: [] });
    expect(checks.pool).toMatchObject({ status: 'healthy', waiting: 0 });
    expect(checks.pool.limit).toBeGreaterThanOrEqual(checks.pool.size);
    expect(checks.breaker?.state).toBe(context.engine === 'postgres' ? 'closed' : undefined);
    expect(checks.wal === undefined).toBe(context.engine === 'postgres');
  });

  it('tells what is pending, and initialises nothing', async () => {
    const database = await context.open();
    await rollBack(database);
    const { status, checks } = await databaseHealth(database);
    expect(status).toBe('degraded');
    expect(checks.migrations).toMatchObject({ status: 'degraded', code: 'MIGRATION_PENDING', current: '0001_kernel' });
    expect(checks.migrations.pending[0]).toMatch(/^0002_/);
    expect(checks.migrations.hint).toContain('keelson migrate');
    expect(checks.schema.status).toBe('degraded');
    expect(database.isInitialized).toBe(false);
  });

  it('tells that a migration has changed since it ran', async () => {
    const url = await context.url();
    await context
      .raw(url)
      .query(
        `UPDATE schema_migrations SET checksum = replace(checksum, substr(checksum, 1, 8), '00000000') WHERE name LIKE '0001%'`,
      );
    const { status, checks } = await healthOf(url);
    expect(status).toBe('degraded');
    expect(checks.migrations.code).toBe('MIGRATION_DRIFT');
    expect(checks.migrations.drifted[0]).toContain('0001_kernel');
  });

  it('tells that a newer version was here', async () => {
    const url = await context.url();
    await context.raw(url).query(`UPDATE schema_migrations SET name = '9000_later' WHERE name LIKE '0001%'`);
    const { checks } = await healthOf(url);
    expect(checks.migrations).toMatchObject({ status: 'degraded', code: 'NEWER_SCHEMA', newer: ['9000_later'] });
  });

  it('tells what of the schema is missing', async () => {
    const url = await context.url();
    await context.raw(url).query('ALTER TABLE users DROP COLUMN full_name');
    const { status, checks } = await healthOf(url);
    expect(status).toBe('degraded');
    expect(checks.schema.code).toBe('SCHEMA_VALIDATION');
    expect(checks.schema.differences.join()).toContain('full_name');
  });

  it('tells that work waits for a connection', async () => {
    const url = await context.url();
    const database = openDatabase({ url, env: { DATABASE_POOL_SIZE: '1', DATABASE_MAX_OVERFLOW: '0' } });
    const release = Promise.withResolvers<void>();
    await database.initialize();
    const holder = database.transaction('ada', () => release.promise);
    const waiter = database.transaction('ada', () => Promise.resolve());
    const { checks } = await databaseHealth(database, { timeoutMs: 300 });
    expect(checks.pool).toMatchObject({ status: 'degraded', code: 'POOL_EXHAUSTED' });
    expect(checks.pool.waiting).toBeGreaterThan(0);
    release.resolve();
    await Promise.all([holder, waiter]);
    await database.close();
  });
});

describeEngine('sqlite', 'health of a file', (context) => {
  it('tells that it is missing, and makes none', async () => {
    const url = await context.emptyUrl();
    const { status, checks } = await healthOf(url);
    expect(status).toBe('unhealthy');
    expect(checks.connection).toMatchObject({ status: 'unhealthy', code: 'DATABASE_NOT_FOUND', version: null });
    expect(checks.migrations.status).toBe('unhealthy');
    await expect(context.raw(url).query('SELECT 1')).resolves.toHaveLength(1);
  });

  it('tells that it is no database', async () => {
    const url = await context.emptyUrl();
    writeFileSync(
      url.replace('sqlite:///', ''),
      'Dear diary, this is no database at all, but text that goes on for a while.',
    );
    const { status, checks } = await healthOf(url);
    expect(status).toBe('unhealthy');
    expect(checks.connection.code).toBe('NOT_A_DATABASE');
  });

  it('tells that it has no tables yet', async () => {
    const url = await context.emptyUrl();
    await context.raw(url).query('PRAGMA user_version = 1');
    const { status, checks } = await healthOf(url);
    expect(status).toBe('degraded');
    expect(checks.migrations.hint).toContain('keelson init');
  });
});

describeEngine('postgres', 'health of a server', () => {
  it('tells that nobody listens', async () => {
    const { status, checks } = await healthOf('postgresql://ada:secret@127.0.0.1:1/shop');
    expect(status).toBe('unhealthy');
    expect(checks.connection).toMatchObject({ code: 'CONNECTION_FAILED', location: '127.0.0.1:1/shop' });
    expect(JSON.stringify(checks)).not.toContain('secret');
  });

  it('ends in time when the server takes the connection and says nothing', async () => {
    const silent = createServer((socket) => socket.on('error', () => undefined));
    await new Promise<void>((resolve) => void silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { port: number };
    const started = performance.now();
    const database = openDatabase({ url: `postgresql://ada@127.0.0.1:${port}/shop`, env: { DATABASE_TIMEOUT: '3' } });
    const { status, checks } = await databaseHealth(database, { timeoutMs: 200 });
    const took = performance.now() - started;
    await database.close();
    silent.close();
    expect(status).toBe('unhealthy');
    expect(checks.connection.code).toBe('CONNECTION_TIMEOUT');
    // Far from the three seconds that connecting may take, and that four tries of it would take.
    expect(took).toBeLessThan(2500);
  });
});
