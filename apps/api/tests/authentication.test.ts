import { ApiTokens } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { openApi, problem } from './testing/api.ts';

const unknown = `keelson_${'0'.repeat(12)}_${'A'.repeat(43)}`;

describeEngines('a request to a route that needs a token', (context) => {
  it('is answered with 401 and a challenge when it has none', async () => {
    const { call } = await openApi(context);
    const { status, body, headers } = await call('GET', '/v1/conversations', { token: null });
    expect(status).toBe(401);
    expect(body).toEqual(problem('AUTHENTICATION', 401, { instance: '/v1/conversations' }));
    expect(headers['www-authenticate']).toBe('Bearer realm="keelson"');
  });

  it.each([
    ['unknown', `Bearer ${unknown}`],
    ['of another form', 'Bearer secret'],
    ['sent by another scheme', 'Basic YWRhOnNlY3JldA=='],
    ['empty', 'Bearer '],
  ])('is answered with 401 when its token is %s', async (_, authorization) => {
    const { call } = await openApi(context);
    const { status, body, headers } = await call('GET', '/v1/conversations', {
      token: null,
      headers: { authorization },
    });
    expect(status).toBe(401);
    expect(body).toEqual(problem('AUTHENTICATION', 401));
    expect(headers['www-authenticate']).toBe('Bearer realm="keelson", error="invalid_token"');
  });

  it('is answered with 401 as soon as its token is revoked, in the same words as for an unknown one', async () => {
    const { call, tokenFor, database } = await openApi(context);
    const token = await tokenFor('ada', '*');
    expect(await call('GET', '/v1/conversations', { token })).toMatchObject({ status: 200 });
    const tokens = new ApiTokens(database);
    for (const { id } of (await tokens.list({ userId: 'ada' })).items) await tokens.revoke(id);
    const headers = { 'x-request-id': 'same' };
    const revoked = await call('GET', '/v1/conversations', { token, headers });
    const never = await call('GET', '/v1/conversations', { token: unknown, headers });
    expect(revoked.status).toBe(401);
    expect(revoked.text).toBe(never.text);
  });

  it('is answered with 403 and the scope that is missing', async () => {
    const { call, tokenFor } = await openApi(context);
    const token = await tokenFor('ada', 'conversations:read');
    const { status, body, headers } = await call('POST', '/v1/conversations', { token, body: {} });
    expect(status).toBe(403);
    expect(body).toEqual(
      problem('FORBIDDEN', 403, { detail: 'This needs a token with the scope conversations:write.' }),
    );
    expect(headers['www-authenticate']).toBe(
      'Bearer realm="keelson", error="insufficient_scope", scope="conversations:write"',
    );
    expect(await call('GET', '/health', { token })).toMatchObject({ status: 403 });
  });

  it.each([[['conversations:write']], [['conversations']], [['*']], [['admin', 'conversations:write']]])(
    'is let in by the scopes %j',
    async (scopes) => {
      const { call, tokenFor } = await openApi(context);
      const token = await tokenFor('ada', ...scopes);
      expect(await call('POST', '/v1/conversations', { token, body: {} })).toMatchObject({ status: 201 });
    },
  );

  it('is turned away before its body is read', async () => {
    const { call } = await openApi(context, { http: { bodyLimitBytes: 1024 } });
    const text = JSON.stringify({ title: 'x'.repeat(5000) });
    expect(await call('POST', '/v1/conversations', { token: null, text })).toMatchObject({ status: 401 });
    expect(await call('POST', '/v1/conversations', { text })).toMatchObject({ status: 413 });
  });

  it('leaves no trace of the token in the log', async () => {
    const { call, tokenFor, log } = await openApi(context);
    const token = await tokenFor('ada', '*');
    await call('GET', '/v1/conversations', { token });
    await call('GET', '/v1/conversations?cursor=nonsense', { token });
    await call('GET', '/v1/conversations', { token: unknown });
    const text = JSON.stringify(log);
    expect(log.length).toBeGreaterThan(0);
    expect(text).not.toContain(token);
    expect(text).not.toContain(unknown);
    expect(text).not.toContain('nonsense');
  });
});
