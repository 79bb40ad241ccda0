import { newId } from '@keelson/db-core';
import { describeEngine, describeEngines } from '@keelson/db-core/testing';
import { z } from 'zod';
import { expect, it } from 'vitest';
import { answers } from '../src/once.ts';
import { renderOpenApi } from '../src/index.ts';
import { openApi, problem, type TestApi } from './testing/api.ts';
import type { Description } from './testing/description.ts';

async function titles({ call }: TestApi): Promise<string[]> {
  const { body } = await call('GET', '/v1/conversations');
  return body.items.map(({ title }: { title: string }) => title);
}

describeEngines('Idempotency-Key', (context) => {
  it('gives the same answer to the same request, byte for byte, and makes nothing twice', async () => {
    const api = await openApi(context);
    const headers = { 'idempotency-key': newId() };
    const body = { title: 'Ships', metadata: { b: 1, a: [null] } };
    const first = await api.call('POST', '/v1/conversations', { body, headers });
    expect(first).toMatchObject({ status: 201 });
    expect(first.headers['idempotent-replayed']).toBeUndefined();
    const again = await api.call('POST', '/v1/conversations', { body, headers });
    expect(again.text).toBe(first.text);
    expect(again.status).toBe(201);
    expect(again.headers).toMatchObject({
      'idempotent-replayed': 'true',
      location: first.headers['location'],
      etag: first.headers['etag'],
      'content-type': first.headers['content-type'],
    });
    expect(await titles(api)).toEqual(['Ships']);
    const plain = await api.call('GET', String(first.headers['location']));
    expect(plain.body).toEqual(first.body);
  });

  it('holds for messages too, and keeps 200 and 201 apart', async () => {
    const api = await openApi(context);
    const { headers: made } = await api.call('POST', '/v1/conversations', { body: {} });
    const url = `${String(made['location'])}/messages`;
    const body = { role: 'user', content: 'Hello' };
    const headers = { 'idempotency-key': 'message-1' };
    const first = await api.call('POST', url, { body, headers });
    const again = await api.call('POST', url, { body, headers });
    expect([first.status, again.status, again.text]).toEqual([201, 201, first.text]);
    expect((await api.call('GET', url)).body.items).toHaveLength(1);
  });

  it('stands for one request only: another body or address is a 422', async () => {
    const api = await openApi(context);
    const headers = { 'idempotency-key': 'once' };
    await api.call('POST', '/v1/conversations', { body: { title: 'one' }, headers });
    const other = await api.call('POST', '/v1/conversations', { body: { title: 'two' }, headers });
    expect(other.status).toBe(422);
    expect(other.body).toEqual(problem('IDEMPOTENCY_KEY_REUSED', 422));
    expect(await titles(api)).toEqual(['one']);
  });

  it('is free after a request that failed', async () => {
    const api = await openApi(context);
    const id = newId();
    await api.call('POST', '/v1/conversations', { body: { id } });
    const headers = { 'idempotency-key': 'again' };
    expect(await api.call('POST', '/v1/conversations', { body: { id }, headers })).toMatchObject({ status: 409 });
    expect(await api.call('POST', '/v1/conversations', { body: { title: 5 }, headers })).toMatchObject({ status: 422 });
    expect(await api.call('POST', '/v1/conversations', { body: {}, headers })).toMatchObject({ status: 201 });
  });

  it('makes one of what is sent many times at once', async () => {
    const api = await openApi(context);
    await api.tokenFor('ada', 'conversations:read', 'conversations:write');
    const headers = { 'idempotency-key': 'at-once' };
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => api.call('POST', '/v1/conversations', { body: { title: 'one' }, headers })),
    );
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers.filter((answer) => answer.headers['idempotent-replayed'] === 'true')).toHaveLength(11);
    expect(await titles(api)).toEqual(['one']);
  });

  it('is apart for each user', async () => {
    const api = await openApi(context);
    const headers = { 'idempotency-key': 'same' };
    await api.call('POST', '/v1/conversations', { body: { title: 'of ada' }, headers });
    const token = await api.tokenFor('eve', 'conversations');
    const eves = await api.call('POST', '/v1/conversations', { body: { title: 'of eve' }, headers, token });
    expect(eves).toMatchObject({ status: 201, body: { title: 'of eve' } });
  });

  it.each(['a b', 'ä', 'x'.repeat(256)])('is refused with 422 when it is %j', async (key) => {
    const { call } = await openApi(context);
    const answer = await call('POST', '/v1/conversations', { body: {}, headers: { 'idempotency-key': key } });
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toEqual([
      { in: 'header', pointer: '/idempotency-key', message: expect.stringContaining('ASCII') as string },
    ]);
  });

  it('keeps nothing of a request whose answer breaks its schema', async () => {
    const api = await openApi(context, {
      prepare: (server) => {
        void server.register((scope, _options, done) => {
          scope.post(
            '/broken',
            { config: { access: 'public' }, schema: { response: { 201: z.object({ n: z.number() }) } } },
            async (request, reply) => {
              const database = api.database;
              await answers(database, () => database.forUser('ada')).answerOnce(request, reply, async () => {
                const { Conversations } = await import('@keelson/conversations');
                await new Conversations(database, 'ada').createConversation({ title: 'broken' });
                return { status: 201, body: { n: 'five' } };
              });
              return reply;
            },
          );
          done();
        });
      },
    });
    const broken = await api.server.inject({ method: 'POST', url: '/broken', headers: { 'idempotency-key': 'k' } });
    expect(broken.statusCode).toBe(500);
    expect(await titles(api)).toEqual([]);
  });
});

describeEngine('sqlite', 'the description, where the engine makes no difference,', () => {
  it('has the key on every POST that needs a token', async () => {
    const { paths } = JSON.parse(await renderOpenApi()) as Description;
    const posts = Object.entries(paths).flatMap(([path, { post }]) => (post === undefined ? [] : [{ path, post }]));
    const secured = posts.filter(({ post }) => post.security.length > 0);
    expect(secured.length).toBeGreaterThan(1);
    for (const { path, post } of secured) {
      const names = (post.parameters ?? []).filter((each) => each.in === 'header').map(({ name }) => name);
      expect(names, `${path} answers without answerOnce`).toContain('idempotency-key');
    }
  });
});
