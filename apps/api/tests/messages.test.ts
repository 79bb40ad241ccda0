import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { openApi, problem, type TestApi } from './testing/api.ts';

async function start(api: TestApi): Promise<string> {
  const { body } = await api.call('POST', '/v1/conversations', { body: {} });
  return `/v1/conversations/${body.id}`;
}

describeEngines('POST /v1/conversations/{id}/messages', (context) => {
  it('appends messages of every role, numbered in order', async () => {
    const api = await openApi(context);
    const url = await start(api);
    const { status, body } = await api.call('POST', `${url}/messages`, {
      body: {
        role: 'assistant',
        content: 'Let me look.',
        requestId: 'req-1',
        parts: [{ type: 'tool-call', toolName: 'search', toolCallId: 'c1', input: { q: 'keelson' } }],
        metadata: { source: 'web', modelName: 'a-model', tokens: 12, latencyMs: 250, mood: 'fine' },
      },
    });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.any(String) as string,
      conversationId: url.split('/').at(-1),
      seq: 1,
      parentId: null,
      role: 'assistant',
      content: 'Let me look.',
      parts: [{ type: 'tool-call', toolName: 'search', toolCallId: 'c1', input: { q: 'keelson' } }],
      status: 'complete',
      requestId: 'req-1',
      externalId: null,
      source: 'web',
      modelName: 'a-model',
      tokens: 12,
      latencyMs: 250,
      metadata: { source: 'web', modelName: 'a-model', tokens: 12, latencyMs: 250, mood: 'fine' },
      createdAt: expect.any(String) as string,
    });
    for (const role of ['system', 'user', 'tool']) {
      expect(await api.call('POST', `${url}/messages`, { body: { role, content: 'x' } })).toMatchObject({
        status: 201,
        body: { role },
      });
    }
    const { body: page } = await api.call('GET', `${url}/messages`);
    expect(page.items.map(({ seq }: { seq: number }) => seq)).toEqual([1, 2, 3, 4]);
    expect(page.items[0]).toEqual(body);
    expect(await api.call('GET', url)).toMatchObject({
      body: { messageCount: 4, version: 1, activeLeafId: page.items[3].id },
    });
  });

  it('answers a repeated request with 200 and the stored message', async () => {
    const api = await openApi(context);
    const url = await start(api);
    const body = { role: 'user', content: 'What changed?', requestId: 'req-1' };
    const first = await api.call('POST', `${url}/messages`, { body });
    const second = await api.call('POST', `${url}/messages`, { body });
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body).toEqual(first.body);
    expect(await api.call('GET', url)).toMatchObject({ body: { messageCount: 1 } });
  });

  it('stores a request once that is sent 8 times at once', async () => {
    const api = await openApi(context);
    const url = await start(api);
    await api.tokenFor('ada', 'conversations:read', 'conversations:write');
    const body = { role: 'user', content: 'What changed?', requestId: 'req-1' };
    const answers = await Promise.all(Array.from({ length: 8 }, () => api.call('POST', `${url}/messages`, { body })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(7);
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
  });

  it('refuses other content under the same request id with 409', async () => {
    const api = await openApi(context);
    const url = await start(api);
    await api.call('POST', `${url}/messages`, { body: { role: 'user', content: 'one', requestId: 'req-1' } });
    const { status, body } = await api.call('POST', `${url}/messages`, {
      body: { role: 'user', content: 'two', requestId: 'req-1' },
    });
    expect(status).toBe(409);
    expect(body).toEqual(problem('REQUEST_ID_REUSED', 409));
  });

  it('lets a partial answer grow until it is complete', async () => {
    const api = await openApi(context);
    const url = await start(api);
    const save = (content: string, status: string): Promise<{ status: number }> =>
      api.call('POST', `${url}/messages`, { body: { role: 'assistant', content, status, requestId: 'req-1' } });
    expect(await save('A', 'partial')).toMatchObject({ status: 201, body: { status: 'partial', seq: 1 } });
    expect(await save('A beam', 'partial')).toMatchObject({ status: 200, body: { content: 'A beam', seq: 1 } });
    expect(await save('A beam.', 'complete')).toMatchObject({ status: 200, body: { status: 'complete', seq: 1 } });
    expect(await save('Another beam.', 'complete')).toMatchObject({ status: 409 });
  });

  it('makes a branch of a second answer to the same message', async () => {
    const api = await openApi(context);
    const url = await start(api);
    const { body: question } = await api.call('POST', `${url}/messages`, { body: { role: 'user', content: 'Why?' } });
    const answer = { role: 'assistant', content: 'Because.', parentId: question.id };
    expect(await api.call('POST', `${url}/messages`, { body: answer })).toMatchObject({
      body: { parentId: question.id },
    });
    expect(await api.call('POST', `${url}/messages`, { body: answer })).toMatchObject({
      body: { parentId: question.id, seq: 3 },
    });
  });

  it('refuses messages in a closed conversation with 409', async () => {
    const api = await openApi(context);
    const url = await start(api);
    await api.call('PATCH', url, { body: { status: 'CLOSED' } });
    const { status, body } = await api.call('POST', `${url}/messages`, { body: { role: 'user', content: 'late' } });
    expect(status).toBe(409);
    expect(body).toEqual(problem('CONVERSATION_CLOSED', 409));
  });

  it('names every fault of the body at once, with a pointer to each', async () => {
    const api = await openApi(context);
    const url = await start(api);
    const { status, body } = await api.call('POST', `${url}/messages`, {
      body: { role: 'narrator', content: 5, parts: [{ type: 'text' }], stray: 1, 'a/b~c': 2 },
    });
    expect(status).toBe(422);
    const pointers = body.errors.map((fault: { in: string; pointer: string }) => [fault.in, fault.pointer]);
    expect(pointers).toEqual([
      ['body', '/role'],
      ['body', '/content'],
      ['body', '/parts/0/text'],
      ['body', '/stray'],
      ['body', '/a~1b~0c'],
    ]);
  });

  it.each([
    [{ content: '' }, '/content'],
    [{ content: 'a\0b' }, '/content'],
    [{ content: '\ud800' }, '/content'],
    [{ content: 'x'.repeat(4_194_305) }, '/content'],
    [{ metadata: { tokens: -1 } }, '/metadata/tokens'],
    [{ metadata: { text: '\udfff' } }, '/metadata/text'],
    [{ metadata: [] }, '/metadata'],
    [{ requestId: '' }, '/requestId'],
    [{ parts: [] }, '/parts'],
    [{ parentId: 'first' }, '/parentId'],
  ])('refuses what only the domain can tell, as it does the rest (%#)', async (rest, pointer) => {
    const api = await openApi(context);
    const url = await start(api);
    const { status, body } = await api.call('POST', `${url}/messages`, {
      body: { role: 'user', content: 'x', ...rest },
    });
    expect(status).toBe(422);
    expect(body.code).toBe('VALIDATION');
    expect(body.errors).toEqual([{ in: 'body', pointer, message: expect.any(String) as string }]);
  });

  it('takes and gives back the longest content there may be', async () => {
    const api = await openApi(context);
    const url = await start(api);
    const content = '\u{1F6A2}'.repeat(2_097_152);
    expect(await api.call('POST', `${url}/messages`, { body: { role: 'user', content } })).toMatchObject({
      status: 201,
    });
    const { body } = await api.call('GET', `${url}/messages/last?n=1`);
    expect(body.items[0].content === content).toBe(true);
  });
});

describeEngines('GET /v1/conversations/{id}/messages', (context) => {
  it.each(['asc', 'desc'])('gives pages that add up to all messages, %s', async (order) => {
    const api = await openApi(context);
    const url = await start(api);
    for (let n = 1; n <= 5; n += 1)
      await api.call('POST', `${url}/messages`, { body: { role: 'user', content: `${n}` } });
    const found: string[] = [];
    let cursor = '';
    for (let page = 0; page < 5; page += 1) {
      const { body } = await api.call('GET', `${url}/messages?order=${order}&limit=2${cursor}`);
      found.push(...body.items.map(({ content }: { content: string }) => content));
      if (body.nextCursor === null) break;
      cursor = `&cursor=${body.nextCursor}`;
    }
    expect(found).toEqual(order === 'asc' ? ['1', '2', '3', '4', '5'] : ['5', '4', '3', '2', '1']);
  });

  it('refuses the cursor of another order with 422', async () => {
    const api = await openApi(context);
    const url = await start(api);
    for (let n = 1; n <= 3; n += 1)
      await api.call('POST', `${url}/messages`, { body: { role: 'user', content: `${n}` } });
    const { body } = await api.call('GET', `${url}/messages?limit=1`);
    const answer = await api.call('GET', `${url}/messages?order=desc&cursor=${body.nextCursor}`);
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toMatchObject([{ in: 'query', pointer: '/cursor' }]);
  });
});

describeEngines('GET /v1/conversations/{id}/messages/last', (context) => {
  it('gives the last n in the order in which they were saved', async () => {
    const api = await openApi(context);
    const url = await start(api);
    for (let n = 1; n <= 12; n += 1)
      await api.call('POST', `${url}/messages`, { body: { role: 'user', content: `${n}` } });
    const contentsOf = async (query: string): Promise<string[]> => {
      const { body } = await api.call('GET', `${url}/messages/last${query}`);
      return body.items.map(({ content }: { content: string }) => content);
    };
    expect(await contentsOf('?n=3')).toEqual(['10', '11', '12']);
    expect(await contentsOf('')).toHaveLength(10);
    expect(await api.call('GET', `${url}/messages/last?n=0`)).toMatchObject({ status: 422 });
  });
});
