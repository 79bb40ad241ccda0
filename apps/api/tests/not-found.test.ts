import { newId } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { openApi, problem, type TestApi } from './testing/api.ts';

const MESSAGE = '01900000-0000-7000-8000-000000000000';

const operations = [
  ['GET', '', undefined],
  ['PATCH', '', { title: 'mine now' }],
  ['PATCH', '', { status: 'CLOSED' }],
  ['DELETE', '', undefined],
  ['DELETE', '?erase=true', undefined],
  ['PUT', '/active-leaf', { messageId: MESSAGE }],
  ['GET', '/context?maxTokens=100', undefined],
  ['GET', '/path', undefined],
  ['GET', '/export', undefined],
  ['GET', '/messages', undefined],
  ['GET', '/messages/last', undefined],
  ['GET', '/messages/count', undefined],
  ['GET', `/messages/${MESSAGE}`, undefined],
  ['GET', `/messages/${MESSAGE}/siblings`, undefined],
  ['POST', '/messages', { role: 'user', content: 'Hello' }],
] as const;

/** An answer without what differs by the id alone. */
function withoutId(text: string, id: string): string {
  return text.replaceAll(id, 'ID');
}

describeEngines('the conversation of somebody else', (context) => {
  it.each(operations)('is answered as one that does not exist: %s %s %j', async (method, path, body) => {
    const api = await openApi(context);
    const foreign = await foreignConversation(api);
    const missing = newId();
    const headers = { 'x-request-id': 'same' };
    const call = async (id: string): Promise<{ status: number; text: string; headers: object }> => {
      const answer = await api.call(method, `/v1/conversations/${id}${path}`, { headers, ...(body && { body }) });
      const {
        'content-length': _,
        date: __,
        'ratelimit-remaining': ___,
        'ratelimit-reset': ____,
        ...rest
      } = answer.headers;
      return { status: answer.status, text: withoutId(answer.text, id), headers: rest };
    };
    const answer = await call(foreign);
    expect(answer.status).toBe(404);
    expect(JSON.parse(answer.text)).toEqual(problem('CONVERSATION_NOT_FOUND', 404));
    expect(answer).toEqual(await call(missing));
    // A condition must not tell them apart either.
    const conditional = { ...headers, 'if-match': '"1"' };
    if (method === 'PATCH' || method === 'DELETE') {
      const answer = await api.call(method, `/v1/conversations/${foreign}`, {
        headers: conditional,
        ...(body && { body }),
      });
      expect(answer.status).toBe(404);
    }
    const token = await api.tokenFor('grace', 'conversations');
    expect(await api.call('GET', `/v1/conversations/${foreign}`, { token })).toMatchObject({
      body: { title: 'of Grace', messageCount: 1, version: 1 },
    });
  });

  it('gives no parent to a message', async () => {
    const api = await openApi(context);
    const foreign = await foreignConversation(api);
    const token = await api.tokenFor('grace', 'conversations');
    const { body: page } = await api.call('GET', `/v1/conversations/${foreign}/messages`, { token });
    const { body: own } = await api.call('POST', '/v1/conversations', { body: {} });
    const append = async (parentId: string): Promise<string> => {
      const { status, text } = await api.call('POST', `/v1/conversations/${own.id}/messages`, {
        body: { role: 'user', content: 'Hello', parentId },
        headers: { 'x-request-id': 'same' },
      });
      expect(status).toBe(404);
      return withoutId(text, parentId);
    };
    const answer = await append(page.items[0].id as string);
    expect(answer).toContain('MESSAGE_NOT_FOUND');
    expect(answer).toBe(await append(newId()));
  });
});

describeEngines('an id that is not one', (context) => {
  it.each(['5', 'x'.repeat(8000), '%F0%9F%9A%A2', "' or 1=1"])('is refused with 422: %s', async (id) => {
    const { call } = await openApi(context);
    const { status, body } = await call('GET', `/v1/conversations/${encodeURI(decodeURI(id))}`);
    expect(status).toBe(422);
    expect(body.errors).toEqual([{ in: 'path', pointer: '/conversationId', message: 'is not a UUID' }]);
  });
});

async function foreignConversation(api: TestApi): Promise<string> {
  const token = await api.tokenFor('grace', 'conversations');
  const { body } = await api.call('POST', '/v1/conversations', { token, body: { title: 'of Grace' } });
  await api.call('POST', `/v1/conversations/${body.id}/messages`, { token, body: { role: 'user', content: 'mine' } });
  return body.id as string;
}
