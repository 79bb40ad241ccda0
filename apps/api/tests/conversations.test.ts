import { Conversations, type JsonObject } from '@keelson/conversations';
import { newId } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { openApi, problem, type TestApi } from './testing/api.ts';

async function start(api: TestApi, body: object = {}): Promise<string> {
  const { body: conversation } = await api.call('POST', '/v1/conversations', { body });
  return conversation.id as string;
}

describeEngines('POST /v1/conversations', (context) => {
  it('starts a conversation and says where it is', async () => {
    const { call } = await openApi(context);
    const metadata = { topic: 'ships', nested: { list: [1, null, 'two'] } };
    const { status, body, headers } = await call('POST', '/v1/conversations', {
      body: { title: 'Release notes', source: 'web', metadata },
    });
    expect(status).toBe(201);
    expect(headers['location']).toBe(`/v1/conversations/${body.id}`);
    expect(headers['etag']).toBe('"1"');
    expect(headers['cache-control']).toBe('no-store');
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      title: 'Release notes',
      status: 'ACTIVE',
      source: 'web',
      externalId: null,
      metadata,
      isHidden: false,
      isCold: false,
      version: 1,
      messageCount: 0,
      lastMessageAt: null,
      createdAt: body.createdAt,
      updatedAt: body.createdAt,
      archivedAt: null,
      closedAt: null,
      deletedAt: null,
      expiresAt: null,
      activeLeafId: null,
    });
    expect(new Date(body.createdAt as string).toISOString()).toBe(body.createdAt);
    const got = await call('GET', String(headers['location']));
    expect(got.body).toEqual(body);
  });

  it('takes an id, once', async () => {
    const { call } = await openApi(context);
    const id = newId();
    expect(await call('POST', '/v1/conversations', { body: { id } })).toMatchObject({ status: 201, body: { id } });
    const again = await call('POST', '/v1/conversations', { body: { id } });
    expect(again.status).toBe(409);
    expect(again.body).toEqual(problem('CONVERSATION_EXISTS', 409));
    expect(again.headers['location']).toBeUndefined();
  });

  it('keeps the same id of two users apart', async () => {
    const { call, tokenFor } = await openApi(context);
    const id = newId();
    await call('POST', '/v1/conversations', { body: { id, title: 'of Ada' } });
    const token = await tokenFor('grace', 'conversations');
    await call('POST', '/v1/conversations', { token, body: { id, title: 'of Grace' } });
    expect(await call('GET', `/v1/conversations/${id}`)).toMatchObject({ body: { title: 'of Ada' } });
    expect(await call('GET', `/v1/conversations/${id}`, { token })).toMatchObject({ body: { title: 'of Grace' } });
  });
});

describeEngines('GET /v1/conversations', (context) => {
  it('gives pages that add up to the whole list, the latest activity first', async () => {
    const api = await openApi(context);
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.push(await start(api, { title: `number ${n}` }));
    await api.call('POST', `/v1/conversations/${ids[1]}/messages`, { body: { role: 'user', content: 'Hello' } });
    const found: string[] = [];
    let cursor = '';
    for (let page = 0; page < 5; page += 1) {
      const { status, body } = await api.call('GET', `/v1/conversations?limit=2${cursor}`);
      expect(status).toBe(200);
      found.push(...body.items.map(({ id }: { id: string }) => id));
      if (body.nextCursor === null) break;
      cursor = `&cursor=${body.nextCursor}`;
    }
    expect(found).toEqual([ids[1], ids[4], ids[3], ids[2], ids[0]]);
  });

  it('filters by one status or several, and by what is hidden', async () => {
    const api = await openApi(context);
    const active = await start(api);
    const archived = await start(api);
    const closed = await start(api);
    const hidden = await start(api, { isHidden: true });
    await api.call('PATCH', `/v1/conversations/${archived}`, { body: { status: 'ARCHIVED' } });
    await api.call('PATCH', `/v1/conversations/${closed}`, { body: { status: 'CLOSED' } });
    const idsOf = async (query: string): Promise<string[]> => {
      const { body } = await api.call('GET', `/v1/conversations${query}`);
      return body.items.map(({ id }: { id: string }) => id).toSorted();
    };
    expect(await idsOf('?status=ARCHIVED')).toEqual([archived]);
    expect(await idsOf('?status=ARCHIVED&status=CLOSED')).toEqual([archived, closed].toSorted());
    expect(await idsOf('')).toEqual([active, closed].toSorted());
    expect(await idsOf('?includeHidden=true')).toEqual([active, closed, hidden].toSorted());
    for (const [query, message] of [
      ['?status=GONE', 'must be one or several of ACTIVE, ARCHIVED, CLOSED, DELETED'],
      ['?limit=501', 'must be a whole number from 1 to 500'],
      ['?limit=many', 'must be a whole number from 1 to 500'],
    ] as const) {
      const refused = await api.call('GET', `/v1/conversations${query}`);
      expect(refused).toMatchObject({ status: 422, body: { errors: [{ in: 'query', message }] } });
    }
  });

  it('shows nobody what belongs to somebody else', async () => {
    const api = await openApi(context);
    await start(api);
    const token = await api.tokenFor('grace', 'conversations');
    expect((await api.call('GET', '/v1/conversations', { token })).body).toEqual({ items: [], nextCursor: null });
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=501', 'limit'],
    ['limit=ten', 'limit'],
    ['limit=', 'limit'],
    ['status=OPEN', 'status'],
    ['includeHidden=yes', 'includeHidden'],
    ['cursor=nonsense', 'cursor'],
    ['order=asc', 'order'],
  ])('refuses ?%s with 422', async (query, name) => {
    const { call } = await openApi(context);
    const { status, body } = await call('GET', `/v1/conversations?${query}`);
    expect(status).toBe(422);
    expect(body).toEqual(problem('VALIDATION', 422));
    expect(body.errors).toEqual([{ in: 'query', pointer: `/${name}`, message: expect.any(String) as string }]);
  });
});

describeEngines('GET /v1/conversations/{id}', (context) => {
  it('gives metadata as it was saved, whatever its members are called', async () => {
    const { call, database } = await openApi(context);
    const metadata = JSON.parse('{"__proto__": {"a": 1}, "constructor": null, "": [""]}') as JsonObject;
    const { id } = await new Conversations(database, 'ada').createConversation({ metadata });
    const { text } = await call('GET', `/v1/conversations/${id}`);
    expect(text).toContain('"__proto__":{"a":1}');
    expect(text).toContain('"constructor":null');
  });
});

describeEngines('PATCH /v1/conversations/{id}', (context) => {
  it('packs the messages away, and brings them back', async () => {
    const api = await openApi(context);
    const id = await start(api, { title: 'old' });
    const url = `/v1/conversations/${id}`;
    const chats = new Conversations(api.database, 'ada');
    const message = await chats.saveUserMessage({ conversationId: id, content: 'Hello' });
    const frozen = await api.call('PATCH', url, { body: { status: 'ARCHIVED', isCold: true } });
    expect(frozen).toMatchObject({ status: 200, body: { status: 'ARCHIVED', isCold: true, version: 2 } });
    const refused = await api.call('GET', `${url}/messages`);
    expect(refused).toMatchObject({ status: 409, body: { code: 'CONVERSATION_COLD' } });
    const late = await api.call('PATCH', url, { body: { isCold: false }, headers: { 'if-match': '"1"' } });
    expect(late.status).toBe(412);
    const thawed = await api.call('PATCH', url, { body: { isCold: false }, headers: { 'if-match': '"2"' } });
    expect(thawed).toMatchObject({ status: 200, headers: { etag: '"2"' }, body: { isCold: false, messageCount: 1 } });
    expect((await api.call('GET', `${url}/messages`)).body.items).toMatchObject([{ id: message.id, content: 'Hello' }]);
  });

  it('changes title and status, and the version with them', async () => {
    const api = await openApi(context);
    const url = `/v1/conversations/${await start(api, { title: 'old' })}`;
    const renamed = await api.call('PATCH', url, { body: { title: 'new' } });
    expect(renamed).toMatchObject({ status: 200, headers: { etag: '"2"' }, body: { title: 'new', version: 2 } });
    const both = await api.call('PATCH', url, { body: { title: null, status: 'ARCHIVED' } });
    expect(both).toMatchObject({ status: 200, body: { title: null, status: 'ARCHIVED', version: 4 } });
    expect(both.body.archivedAt).not.toBeNull();
    expect(both.headers['etag']).toBe('"4"');
    const active = await api.call('PATCH', url, { body: { status: 'ACTIVE' } });
    expect(active).toMatchObject({ status: 200, body: { status: 'ACTIVE', archivedAt: null } });
  });

  it('says when it may be erased, and takes that back', async () => {
    const api = await openApi(context);
    const expiresAt = '2031-01-01T00:00:00.000Z';
    const url = `/v1/conversations/${await start(api, { expiresAt: '2031-01-01T01:00:00+01:00' })}`;
    expect(await api.call('GET', url)).toMatchObject({ body: { expiresAt, version: 1 } });
    const kept = await api.call('PATCH', url, { body: { title: 'kept', expiresAt: null } });
    expect(kept).toMatchObject({ status: 200, body: { title: 'kept', expiresAt: null } });
    expect(await api.call('PATCH', url, { body: { expiresAt } })).toMatchObject({ body: { title: 'kept', expiresAt } });
  });

  it('changes both or nothing', async () => {
    const api = await openApi(context);
    const url = `/v1/conversations/${await start(api, { title: 'old' })}`;
    await api.call('PATCH', url, { body: { status: 'CLOSED' } });
    const { status, body } = await api.call('PATCH', url, { body: { title: 'new', status: 'ACTIVE' } });
    expect(status).toBe(409);
    expect(body).toEqual(problem('CONVERSATION_CLOSED', 409));
    expect(await api.call('GET', url)).toMatchObject({ body: { title: 'old', version: 2 } });
  });

  it.each([
    [{}, ''],
    [{ title: '' }, '/title'],
    [{ title: 'x'.repeat(501) }, '/title'],
    [{ title: 5 }, '/title'],
    [{ title: 'has a \0' }, '/title'],
    [{ status: 'DELETED' }, '/status'],
    [{ expiresAt: '2031-01-01' }, '/expiresAt'],
    [{ name: 'x' }, '/name'],
  ])('refuses %j with 422', async (body, pointer) => {
    const api = await openApi(context);
    const answer = await api.call('PATCH', `/v1/conversations/${await start(api)}`, { body });
    expect(answer.status).toBe(422);
    expect(answer.body.errors[0]).toEqual({ in: 'body', pointer, message: expect.any(String) as string });
  });
});

describeEngines('If-Match', (context) => {
  it('lets a change through while the version is the one that was read', async () => {
    const api = await openApi(context);
    const url = `/v1/conversations/${await start(api)}`;
    const { headers } = await api.call('GET', url);
    const etag = String(headers['etag']);
    const first = await api.call('PATCH', url, { body: { title: 'mine' }, headers: { 'if-match': etag } });
    expect(first.status).toBe(200);
    const second = await api.call('PATCH', url, { body: { title: 'yours' }, headers: { 'if-match': etag } });
    expect(second.status).toBe(412);
    expect(second.body).toEqual(problem('CONVERSATION_CHANGED', 412));
    expect(await api.call('GET', url)).toMatchObject({ body: { title: 'mine' } });
    expect(await api.call('DELETE', url, { headers: { 'if-match': etag } })).toMatchObject({ status: 412 });
    const deleted = await api.call('DELETE', url, { headers: { 'if-match': String(first.headers['etag']) } });
    expect(deleted.status).toBe(204);
  });

  it('holds for title and status together', async () => {
    const api = await openApi(context);
    const url = `/v1/conversations/${await start(api)}`;
    const body = { title: 'new', status: 'ARCHIVED' };
    expect(await api.call('PATCH', url, { body, headers: { 'if-match': '"1"' } })).toMatchObject({ status: 200 });
    expect(await api.call('PATCH', url, { body, headers: { 'if-match': '"2"' } })).toMatchObject({ status: 412 });
  });

  it('lets any version through when it is *', async () => {
    const api = await openApi(context);
    const url = `/v1/conversations/${await start(api)}`;
    expect(await api.call('PATCH', url, { body: { title: 'a' }, headers: { 'if-match': '*' } })).toMatchObject({
      status: 200,
    });
  });

  it.each(['5', 'W/"1"', '"0"', '"1", "2"', '"one"', '"9999999999"'])(
    'is refused with 422 when it is %s',
    async (etag) => {
      const api = await openApi(context);
      const url = `/v1/conversations/${await start(api)}`;
      const { status, body } = await api.call('PATCH', url, { body: { title: 'a' }, headers: { 'if-match': etag } });
      expect(status).toBe(422);
      expect(body.errors).toEqual([
        { in: 'header', pointer: '/if-match', message: expect.stringContaining('ETag') as string },
      ]);
    },
  );
});

describeEngines('DELETE /v1/conversations/{id}', (context) => {
  it('takes the conversation out of sight', async () => {
    const api = await openApi(context);
    const id = await start(api);
    const url = `/v1/conversations/${id}`;
    const { status, text } = await api.call('DELETE', url);
    expect([status, text]).toEqual([204, '']);
    expect(await api.call('GET', url)).toMatchObject({ status: 404 });
    expect(await api.call('DELETE', url)).toMatchObject({ status: 404 });
    expect(await api.call('GET', '/v1/conversations')).toMatchObject({ body: { items: [] } });
    const { body } = await api.call('GET', '/v1/conversations?status=DELETED');
    expect(body.items).toMatchObject([{ id, status: 'DELETED', deletedAt: expect.any(String) as string }]);
  });
});

describeEngines('DELETE /v1/conversations/{id}?erase=true', (context) => {
  it('removes it for good and certifies that, also one that was deleted', async () => {
    const api = await openApi(context);
    const url = `/v1/conversations/${await start(api)}`;
    await api.call('POST', `${url}/messages`, { body: { role: 'user', content: 'Forget this.' } });
    const wrong = await api.call('DELETE', `${url}?erase=true`, { headers: { 'if-match': '"7"' } });
    expect(wrong).toMatchObject({ status: 412, body: { code: 'CONVERSATION_CHANGED' } });
    const reader = await api.tokenFor('ada', 'conversations:read');
    expect(await api.call('DELETE', `${url}?erase=true`, { token: reader })).toMatchObject({ status: 403 });
    await api.call('DELETE', url);
    const { status, body } = await api.call('DELETE', `${url}?erase=true`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      format: 'keelson.erasure/1',
      kind: 'row',
      row: { table: 'conversations', id: url.split('/').at(-1) },
      rows: { conversations: { deleted: 1 }, conversation_messages: { deleted: 1 } },
      backups: [],
      unreached: expect.arrayContaining([expect.stringContaining('Backups')]) as string[],
    });
    expect((await api.call('GET', '/v1/conversations?status=DELETED')).body.items).toEqual([]);
    const again = await api.call('DELETE', `${url}?erase=true`);
    expect(again).toMatchObject({ status: 404, body: { code: 'CONVERSATION_NOT_FOUND' } });
  });
});

describeEngines('GET /v1/conversations/{id}/export', (context) => {
  it('gives the conversation with all its messages, as the other routes give them', async () => {
    const api = await openApi(context);
    const url = `/v1/conversations/${await start(api, { title: 'Ships' })}`;
    for (const content of ['What is a keelson?', 'A beam.']) {
      await api.call('POST', `${url}/messages`, { body: { role: 'user', content, metadata: { tokens: 5 } } });
    }
    const { status, body, headers } = await api.call('GET', `${url}/export`);
    expect(status).toBe(200);
    // Where its messages lie says nothing of it, and is in no export.
    const { isCold: _, ...conversation } = (await api.call('GET', url)).body;
    const messages = await api.call('GET', `${url}/messages`);
    expect(body).toEqual({
      format: 'keelson.conversation/1',
      conversation: { ...conversation, expiresAt: null },
      messages: (messages.body.items as object[]).map((message) => ({ ...message, requestPart: 0 })),
    });
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(headers['content-disposition']).toBe(`attachment; filename="conversation-${conversation['id']}.json"`);
  });

  it('gives it in the format that is asked for, and nobody else anything', async () => {
    const api = await openApi(context);
    const id = await start(api, { title: 'Ships' });
    const url = `/v1/conversations/${id}`;
    await api.call('POST', `${url}/messages`, { body: { role: 'user', content: 'What is a keelson?' } });
    const [ndjson, markdown, pdf, wrong] = await Promise.all(
      ['ndjson', 'markdown', 'pdf', 'docx'].map((format) => api.call('GET', `${url}/export?format=${format}`)),
    );
    expect([ndjson, markdown, pdf].map(({ headers = {} } = {} as never) => headers['content-type'])).toEqual([
      'application/x-ndjson; charset=utf-8',
      'text/markdown; charset=utf-8',
      'application/pdf',
    ]);
    expect(pdf?.headers['content-disposition']).toBe(`attachment; filename="conversation-${id}.pdf"`);
    expect(wrong?.status).toBe(422);
    const missing = await api.call('GET', `/v1/conversations/${crypto.randomUUID()}/export?format=pdf`);
    expect(missing).toMatchObject({ status: 404, body: { code: 'CONVERSATION_NOT_FOUND' } });
  });
});
