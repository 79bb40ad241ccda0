import { connect } from 'node:net';
import { describeEngine } from '@keelson/db-core/testing';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { openApi, problem } from './testing/api.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

// What is tested here happens before a database is asked, so that one engine shows it.
describeEngine('sqlite', 'a request', (context) => {
  describe('with an id', () => {
    it.each(['order-17', 'a'.repeat(128), '01a20100-2cb4-73d2-971d-c72839d7efac', 'svc:web.1_x'])(
      'keeps it: %s',
      async (id) => {
        const { call } = await openApi(context);
        const { headers, body } = await call('GET', '/v1/conversations', {
          token: null,
          headers: { 'x-request-id': id },
        });
        expect(headers['x-request-id']).toBe(id);
        expect(body.requestId).toBe(id);
      },
    );

    it.each(['a'.repeat(129), 'two words', 'a"b', 'a\u00e9', 'a;b'])(
      'gets a new one for what is not safe: %j',
      async (id) => {
        const { call, log } = await openApi(context);
        const { headers, body } = await call('GET', '/v1/conversations', {
          token: null,
          headers: { 'x-request-id': id },
        });
        expect(headers['x-request-id']).toMatch(uuid);
        expect(body.requestId).toBe(headers['x-request-id']);
        expect(JSON.stringify(log)).not.toContain(JSON.stringify(id));
      },
    );
  });

  it('without an id gets one, and the log has it', async () => {
    const { call, log } = await openApi(context);
    const { headers } = await call('GET', '/v1/conversations');
    expect(headers['x-request-id']).toMatch(uuid);
    expect(log.filter(({ requestId }) => requestId === headers['x-request-id']).map(({ msg }) => msg)).toContain(
      'request',
    );
  });

  it('is logged in one line, with the code of its problem and the token that it came with', async () => {
    const { call, log } = await openApi(context);
    await call('GET', '/v1/conversations/5?secret=1', { headers: { 'x-request-id': 'mine' } });
    const lines = log.filter(({ requestId, msg }) => requestId === 'mine' && msg === 'request');
    expect(lines).toEqual([
      {
        level: 'info',
        time: expect.any(String) as string,
        requestId: 'mine',
        method: 'GET',
        path: '/v1/conversations/5',
        route: '/v1/conversations/:conversationId',
        status: 422,
        code: 'VALIDATION',
        durationMs: expect.any(Number) as number,
        tokenId: expect.any(String) as string,
        msg: 'request',
      },
    ]);
  });

  describe('with a body', () => {
    it.each([
      ['that is not JSON', '{"title": '],
      ['that is empty', ''],
      ['that names a prototype', '{"__proto__": {"a": 1}}'],
      ['that is not UTF-8', Buffer.from([0x22, 0xc3, 0x28, 0x22])],
    ])('%s is answered with 400', async (_, text) => {
      const { call } = await openApi(context);
      const { status, body } = await call('POST', '/v1/conversations', { text });
      expect(status).toBe(400);
      expect(body).toEqual(problem('MALFORMED_REQUEST', 400));
    });

    it.each([
      ['text/plain', '{}'],
      ['application/x-www-form-urlencoded', 'title=x'],
      ['application/merge-patch+json', '{}'],
      ['multipart/form-data; boundary=x', '--x--'],
      ['nonsense', '{}'],
    ])('of the type %s is answered with 415', async (type, text) => {
      const { call } = await openApi(context);
      const { status, body } = await call('POST', '/v1/conversations', { text, headers: { 'content-type': type } });
      expect(status).toBe(415);
      expect(body).toEqual(problem('UNSUPPORTED_MEDIA_TYPE', 415));
    });

    it('of JSON with a charset is taken', async () => {
      const { call } = await openApi(context);
      const headers = { 'content-type': 'application/json; charset=utf-8' };
      expect(await call('POST', '/v1/conversations', { text: '{}', headers })).toMatchObject({ status: 201 });
    });

    it('over the limit is answered with 413, announced or not', async () => {
      const { call, server, tokenFor } = await openApi(context, { http: { bodyLimitBytes: 2048 } });
      const text = JSON.stringify({ title: 'x'.repeat(3000) });
      const { status, body } = await call('POST', '/v1/conversations', { text });
      expect(status).toBe(413);
      expect(body).toEqual(problem('PAYLOAD_TOO_LARGE', 413));
      const url = await server.listen({ host: '127.0.0.1', port: 0 });
      const chunks = new Response(text).body;
      const answer = await fetch(`${url}/v1/conversations`, {
        method: 'POST',
        headers: { authorization: `Bearer ${await tokenFor('ada', '*')}`, 'content-type': 'application/json' },
        body: chunks,
        duplex: 'half',
      });
      expect(answer.status).toBe(413);
      expect(await answer.json()).toEqual(problem('PAYLOAD_TOO_LARGE', 413));
    });

    it('that is missing is answered with 422', async () => {
      const { call } = await openApi(context);
      const { status, body } = await call('POST', '/v1/conversations');
      expect(status).toBe(422);
      expect(body.errors).toEqual([{ in: 'body', pointer: '', message: expect.any(String) as string }]);
    });
  });

  it.each(['/', '/v1', '/v1/nothing', '/v2/conversations', '/v1/conversations/a/b', '/livez/x'])(
    'to an address where nothing is gets 404: %s',
    async (url) => {
      const { call } = await openApi(context);
      for (const method of ['GET', 'POST'] as const) {
        const { status, body } = await call(
          method,
          url,
          method === 'POST' ? { text: 'x', headers: { 'content-type': 'a/b' } } : {},
        );
        expect(status).toBe(404);
        expect(body).toEqual(problem('ROUTE_NOT_FOUND', 404, { instance: url }));
      }
    },
  );

  it('that cannot be decoded gets 400', async () => {
    const { call } = await openApi(context);
    const { status, body, headers } = await call('GET', '/v1/conversations/%E0%A4%A');
    expect(status).toBe(400);
    expect(body).toEqual(problem('MALFORMED_REQUEST', 400));
    expect(headers['x-request-id']).toBe(body.requestId);
  });

  it.each([
    ['PUT', '/v1/conversations', 'GET, HEAD, POST'],
    ['POST', '/v1/conversations/x', 'DELETE, GET, HEAD, PATCH'],
    ['DELETE', '/v1/conversations/x/messages', 'GET, HEAD, POST'],
    ['OPTIONS', '/health', 'GET, HEAD'],
    ['POST', '/livez', 'GET, HEAD'],
  ] as const)('by a method that an address does not take gets 405: %s %s', async (method, url, allow) => {
    const { call } = await openApi(context);
    const text = method === 'OPTIONS' ? {} : { text: 'x', headers: { 'content-type': 'text/plain' } };
    const { status, body, headers } = await call(method, url, { token: null, ...text });
    expect(status).toBe(405);
    expect(body).toEqual(problem('METHOD_NOT_ALLOWED', 405));
    expect(headers['allow']).toBe(allow);
  });

  it('by HEAD is answered as by GET, without the body', async () => {
    const { call } = await openApi(context);
    const { status, text, headers } = await call('HEAD', '/v1/conversations');
    expect([status, text]).toEqual([200, '']);
    expect(Number(headers['content-length'])).toBeGreaterThan(0);
    expect(await call('HEAD', '/v1/conversations', { token: null })).toMatchObject({ status: 401, text: '' });
  });

  it('gets an answer that browsers do no harm with', async () => {
    const { call } = await openApi(context);
    for (const url of ['/v1/conversations', '/nothing', '/livez']) {
      const { headers } = await call('GET', url);
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
        'cache-control': 'no-store',
      });
      expect(headers['strict-transport-security']).toBeUndefined();
    }
  });
});

describeEngine('sqlite', 'what is not HTTP', (context) => {
  async function send(bytes: string): Promise<string> {
    const { server } = await openApi(context);
    await server.listen({ host: '127.0.0.1', port: 0 });
    const { port } = server.server.address() as { port: number };
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.end(bytes);
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    return text;
  }

  it('is answered with a problem, and the connection closed', async () => {
    const [head = '', body = ''] = (await send('NONSENSE\r\n\r\n')).split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 400 /);
    expect(head).toContain('Connection: close');
    expect(JSON.parse(body)).toEqual(problem('MALFORMED_REQUEST', 400));
  });

  it('has headers of a bounded size', async () => {
    const text = await send(`GET /livez HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(100_000)}\r\n\r\n`);
    expect(text).toMatch(/^HTTP\/1\.1 431 /);
    expect(text).toContain('HEADERS_TOO_LARGE');
  });
});

describeEngine('sqlite', 'a fault of the program', (context) => {
  const secret = 'password=hunter2';

  function addRoutes(server: FastifyInstance): void {
    void server.register((scope, _options, done) => {
      const api = scope.withTypeProvider<ZodTypeProvider>();
      const response = { 200: z.object({ count: z.int() }) };
      const config = { access: 'public' } as const;
      api.get('/throws', { config }, () => {
        throw Object.assign(new Error(secret), { statusCode: 418, code: 'TEAPOT', headers: { 'x-leak': secret } });
      });
      api.get('/throws-text', { config }, () => {
        // oxlint-disable-next-line typescript/only-throw-error -- that is the fault
        throw secret;
      });
      api.get('/breaks', { config, schema: { response } }, (_request, reply) => {
        void reply.header('etag', '"1"').header('location', '/somewhere');
        return { count: secret as unknown as number };
      });
      api.get('/extra', { config, schema: { response } }, () => ({ count: 1, secret }));
      done();
    });
  }

  it.each(['/throws', '/throws-text'])(
    'is a 500 that says nothing of it, and all of it in the log: %s',
    async (url) => {
      const { call, log } = await openApi(context, { prepare: addRoutes });
      const { status, body, text, headers } = await call('GET', url);
      expect(status).toBe(500);
      expect(body).toEqual(problem('INTERNAL', 500));
      expect(body.detail).toBeUndefined();
      expect(text + JSON.stringify(headers)).not.toContain('hunter2');
      const line = log.find(({ level }) => level === 'error');
      expect(line).toMatchObject({ code: 'INTERNAL', requestId: headers['x-request-id'] });
      expect(JSON.stringify(line)).toContain('hunter2');
    },
  );

  it('that breaks the schema of a response is a 500 and an alarm, and nothing of the response goes out', async () => {
    const { call, log } = await openApi(context, { prepare: addRoutes });
    const { status, body, text, headers } = await call('GET', '/breaks');
    expect(status).toBe(500);
    expect(body).toEqual(problem('INTERNAL', 500));
    expect(text).not.toContain('hunter2');
    expect([headers['etag'], headers['location']]).toEqual([undefined, undefined]);
    const alarm = log.find((line) => 'alarm' in line);
    expect(alarm).toMatchObject({ level: 'error', alarm: 'broken-response', route: '/breaks' });
    expect(JSON.stringify(alarm)).not.toContain('hunter2');
  });

  it('that answers with more than the schema has sends none of it', async () => {
    const { call } = await openApi(context, { prepare: addRoutes });
    expect(await call('GET', '/extra')).toMatchObject({ status: 200, text: '{"count":1}' });
  });

  it('that adds a route without saying who may use it keeps the server from starting', async () => {
    const prepare = (server: FastifyInstance): void => {
      void server.register(async (scope) => {
        await Promise.resolve();
        scope.get('/open', () => 'everything');
      });
    };
    await expect(openApi(context, { prepare })).rejects.toThrow("The route /open doesn't say what access it needs");
  });
});
