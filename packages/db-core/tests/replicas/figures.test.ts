import { expect, it } from 'vitest';
import { databaseHealth, databaseInfo, openDatabase } from '../../src/index.ts';
import { describeEngines } from '../../src/testing/index.ts';
import { describeReplicas, until } from './support.ts';

describeReplicas('health and info', (stage) => {
  it('tell how a replica is, also before anybody has read', async () => {
    const database = stage().open();
    await database.initialize();
    const { status, checks } = await databaseHealth(database);
    expect(status).toBe('healthy');
    expect(checks.replicas).toMatchObject({
      status: 'healthy',
      replicas: [{ state: 'following', reason: null, lagMs: expect.any(Number), lagBytes: 0, reads: 0, fallbacks: 0 }],
    });
    const { location } = checks.replicas?.replicas[0] ?? {};
    expect(location).toMatch(/^127\.0\.0\.1:\d+\/postgres$/);
    expect((await databaseInfo(database)).replicas).toMatchObject([
      { location, state: 'following', pool: { size: 0 } },
    ]);
  });

  it('tell what to do about one that is not read, and that nothing else is wrong', async () => {
    const gone = 'postgresql://keelson:secret@127.0.0.1:1/postgres';
    const database = stage().open({ readUrl: `${stage().replica.url},${gone}` });
    await database.initialize();
    const health = await databaseHealth(database);
    expect(health.status).toBe('degraded');
    expect(health.checks.connection.status).toBe('healthy');
    expect(health.checks.replicas).toMatchObject({
      status: 'degraded',
      message: expect.stringContaining('127.0.0.1:1/postgres is unreachable'),
      hint: expect.stringContaining('DATABASE_READ_URL'),
      replicas: [{ state: 'following' }, { state: 'unreachable' }],
    });
    expect(JSON.stringify(health)).not.toContain('secret');
  });

  it('tell of one that has stopped replaying', async () => {
    const writer = stage().open();
    await stage().newUser(writer);
    await stage().standby.query('select pg_wal_replay_pause()');
    await stage().newUser(writer);
    const database = stage().open({ maxLagMs: 200 });
    const { checks } = await databaseHealth(database);
    await stage().standby.query('select pg_wal_replay_resume()');
    expect(checks.replicas?.replicas[0]?.state).toMatch(/behind|joining/);
    expect(checks.replicas?.replicas[0]?.lagBytes).toBeGreaterThan(0);
    await until(async () => (await databaseHealth(database)).status === 'healthy');
  });
});

describeEngines('without replicas', (context) => {
  it('there is nothing to tell', async () => {
    const database = await context.open();
    expect(database.replicas()).toEqual([]);
    expect((await databaseHealth(database)).checks.replicas).toBeUndefined();
    expect((await databaseInfo(database)).replicas).toEqual([]);
  });

  it('a read URL in the environment is not taken for another database', async () => {
    const database = openDatabase({
      url: await context.url(),
      env: { DATABASE_READ_URL: 'postgresql://db.example.com/shop' },
    });
    await database.initialize();
    expect(database.replicas()).toEqual([]);
    await database.close();
  });
});
