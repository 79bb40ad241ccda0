import { describeEngine } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { openApi, problem } from './testing/api.ts';

describeEngine('sqlite', 'the rate limit', (context) => {
  it('counts each token apart, and answers with 429 when it is over', async () => {
    const { call, tokenFor } = await openApi(context, { http: { requestsPerMinute: 3 } });
    const ada = await tokenFor('ada', '*');
    const laptop = await tokenFor('ada', 'conversations');
    for (const remaining of ['2', '1', '0']) {
      const { status, headers } = await call('GET', '/v1/conversations', { token: ada });
      expect(status).toBe(200);
      expect(headers).toMatchObject({ 'ratelimit-limit': '3', 'ratelimit-remaining': remaining });
    }
    const { status, body, headers } = await call('GET', '/v1/conversations', { token: ada });
    expect(status).toBe(429);
    expect(body).toEqual(problem('RATE_LIMITED', 429));
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(60);
    expect(await call('GET', '/v1/conversations', { token: laptop })).toMatchObject({ status: 200 });
  });

  it('counts by address who has no valid token, wherever they look', async () => {
    const { call, tokenFor } = await openApi(context, { http: { requestsPerMinute: 3 } });
    expect(await call('GET', '/v1/conversations', { token: null })).toMatchObject({ status: 401 });
    expect(await call('GET', '/v1/conversations', { token: 'guess' })).toMatchObject({ status: 401 });
    expect(await call('GET', '/nothing', { token: null })).toMatchObject({ status: 404 });
    expect(await call('GET', '/v1/conversations', { token: 'guess' })).toMatchObject({ status: 429 });
    expect(await call('GET', '/nothing', { token: null })).toMatchObject({ status: 429 });
    const token = await tokenFor('ada', '*');
    expect(await call('GET', '/v1/conversations', { token })).toMatchObject({ status: 200 });
  });

  it('believes no X-Forwarded-For but that of a proxy it was told of', async () => {
    const first = { token: null, headers: { 'x-forwarded-for': '203.0.113.1' } };
    const second = { token: null, headers: { 'x-forwarded-for': '203.0.113.2' } };
    const open = await openApi(context, { http: { requestsPerMinute: 1 } });
    expect(await open.call('GET', '/v1/conversations', first)).toMatchObject({ status: 401 });
    expect(await open.call('GET', '/v1/conversations', second)).toMatchObject({ status: 429 });
    const proxied = await openApi(context, { http: { requestsPerMinute: 1 }, trustProxy: ['127.0.0.1'] });
    expect(await proxied.call('GET', '/v1/conversations', first)).toMatchObject({ status: 401 });
    expect(await proxied.call('GET', '/v1/conversations', second)).toMatchObject({ status: 401 });
    expect(await proxied.call('GET', '/v1/conversations', second)).toMatchObject({ status: 429 });
  });

  it('spares load balancers', async () => {
    const { call } = await openApi(context, { http: { requestsPerMinute: 1 } });
    for (let n = 0; n < 3; n += 1) {
      expect(await call('GET', '/livez', { token: null })).toMatchObject({ status: 200 });
      expect(await call('GET', '/readyz', { token: null })).toMatchObject({ status: 200 });
    }
  });

  it('is off when it is 0', async () => {
    const { call } = await openApi(context, { http: { requestsPerMinute: 0 } });
    const { status, headers } = await call('GET', '/v1/conversations', { token: null });
    expect(status).toBe(401);
    expect(headers['ratelimit-limit']).toBeUndefined();
    expect(await call('GET', '/nothing', { token: null })).toMatchObject({ status: 404 });
  });
});
