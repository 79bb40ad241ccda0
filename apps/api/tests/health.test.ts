import { openDatabase } from '@keelson/db-core';
import { describeEngine, describeEngines } from '@keelson/db-core/testing';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openApi, problem } from './testing/api.ts';

describeEngines('/livez and /readyz', (context) => {
  it('say yes to anybody while all is well', async () => {
    const { call } = await openApi(context);
    expect(await call('GET', '/livez', { token: null })).toMatchObject({ status: 200, body: { status: 'alive' } });
    expect(await call('GET', '/readyz', { token: null })).toMatchObject({ status: 200, body: { status: 'ready' } });
  });

  it('tell a database without its migrations from a process that is gone', async () => {
    const database = openDatabase({ url: await context.emptyUrl(), env: {} });
    onTestFinished(() => database.close());
    const { call } = await openApi(context, { database });
    expect(await call('GET', '/livez', { token: null })).toMatchObject({ status: 200 });
    const { status, body } = await call('GET', '/readyz', { token: null });
    expect(status).toBe(503);
    expect(body).toEqual(problem('MIGRATION_PENDING', 503));
    await database.close();
  });

  it('notice within a second that a migration was undone and done again', async () => {
    const { call, database } = await openApi(context);
    expect(await call('GET', '/readyz', { token: null })).toMatchObject({ status: 200 });
    await database.migrations.rollback();
    await vi.waitFor(
      async () => expect(await call('GET', '/readyz', { token: null })).toMatchObject({ status: 503 }),
      5000,
    );
    await database.migrations.migrate();
    await vi.waitFor(
      async () => expect(await call('GET', '/readyz', { token: null })).toMatchObject({ status: 200 }),
      5000,
    );
  });
});

describeEngine('postgres', 'a server that cannot be reached, which only this engine has,', (context) => {
  it('is a 503 that says when to come back, also once the circuit is open', async () => {
    const database = openDatabase({
      url: 'postgresql://nobody:x@127.0.0.1:1/nothing',
      env: { DATABASE_INIT_RETRY_COUNT: '0', DATABASE_BREAKER_THRESHOLD: '2', DATABASE_BREAKER_RESET: '17' },
    });
    onTestFinished(() => database.close());
    const { call } = await openApi(context, { database });
    const token = `keelson_${'0'.repeat(12)}_${'A'.repeat(43)}`;
    for (let n = 0; n < 2; n += 1) {
      const { status, body, headers, text } = await call('GET', '/v1/conversations', { token });
      expect(status).toBe(503);
      expect(body).toEqual(problem('CONNECTION_FAILED', 503));
      expect(headers['retry-after']).toBe('1');
      expect(text).not.toContain('127.0.0.1');
    }
    for (const url of ['/v1/conversations', '/readyz']) {
      const { status, body, headers } = await call('GET', url, { token });
      expect(status).toBe(503);
      expect(body).toEqual(problem('CIRCUIT_OPEN', 503));
      expect(Number(headers['retry-after'])).toBeGreaterThan(1);
      expect(Number(headers['retry-after'])).toBeLessThanOrEqual(17);
    }
    expect(await call('GET', '/livez', { token: null })).toMatchObject({ status: 200 });
  });
});

describeEngines('/health', (context) => {
  it('tells an admin what was looked at', async () => {
    const { call, tokenFor } = await openApi(context);
    const token = await tokenFor('ada', 'admin');
    const { status, body } = await call('GET', '/health', { token });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'healthy',
      checks: {
        connection: { status: 'healthy', engine: context.engine },
        migrations: { status: 'healthy', pending: [] },
        schema: { status: 'healthy', differences: [] },
        pool: { status: 'healthy', waiting: 0 },
      },
    });
    expect(Object.keys(body.checks as object)).toContain(context.engine === 'sqlite' ? 'wal' : 'breaker');
  });

  it('tells nobody else', async () => {
    const { call } = await openApi(context);
    expect(await call('GET', '/health', { token: null })).toMatchObject({ status: 401 });
    expect(await call('GET', '/health')).toMatchObject({ status: 403 });
  });
});

describeEngines('/status', (context) => {
  it('tells anybody in one word how it is, and nothing of why', async () => {
    const { call, database } = await openApi(context);
    const breaker = context.engine === 'postgres' ? 'closed' : null;
    const { status, body } = await call('GET', '/status', { token: null });
    expect({ status, body }).toEqual({ status: 200, body: { status: 'up', breaker, alerts: 0 } });
    await database.migrations.rollback();
    await vi.waitFor(
      async () =>
        expect((await call('GET', '/status', { token: null })).body).toMatchObject({ status: 'degraded', breaker }),
      5000,
    );
  });
});

describeEngine('postgres', '/status of a server that cannot be reached', (context) => {
  it('says that the circuit is open', async () => {
    const database = openDatabase({
      url: 'postgresql://nobody:x@127.0.0.1:1/nothing',
      env: { DATABASE_INIT_RETRY_COUNT: '0', DATABASE_BREAKER_THRESHOLD: '1' },
    });
    onTestFinished(() => database.close());
    const { call } = await openApi(context, { database });
    const { status, body, text } = await call('GET', '/status', { token: null });
    expect({ status, body }).toEqual({ status: 200, body: { status: 'down', breaker: 'open', alerts: null } });
    expect(text).not.toContain('127.0.0.1');
  });
});
