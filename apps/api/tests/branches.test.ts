import { newId } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { openApi, problem, type TestApi } from './testing/api.ts';

interface Chat {
  readonly url: string;
  /** The ids of a question, two answers to it, and what follows the second one. */
  readonly ids: readonly [question: string, first: string, second: string, next: string];
}

/** `What?` with two answers; the second one, in use, has been thanked for. */
async function branched({ call }: TestApi): Promise<Chat> {
  const { body: conversation } = await call('POST', '/v1/conversations', { body: {} });
  const url = `/v1/conversations/${conversation.id}`;
  const say = async (role: string, content: string, rest: object = {}): Promise<string> => {
    const { body } = await call('POST', `${url}/messages`, { body: { role, content, ...rest } });
    return body.id as string;
  };
  const question = await say('user', 'What?');
  const first = await say('assistant', 'This.');
  const second = await say('assistant', 'That.', { parentId: question });
  return { url, ids: [question, first, second, await say('user', 'Thanks.')] };
}

function contents(items: readonly { readonly content: string }[]): string[] {
  return items.map(({ content }) => content);
}

describeEngines('branches of a conversation', (context) => {
  it('are read page by page, each message with where it stands among its siblings', async () => {
    const api = await openApi(context);
    const { url, ids } = await branched(api);
    const first = await api.call('GET', `${url}/path?limit=2`);
    expect(first.status).toBe(200);
    expect(first.body.items).toMatchObject([
      { id: ids[0], content: 'What?', siblings: { position: 1, count: 1 } },
      { id: ids[2], content: 'That.', siblings: { position: 2, count: 2 } },
    ]);
    const rest = await api.call('GET', `${url}/path?limit=2&cursor=${first.body.nextCursor}`);
    expect(rest.body).toMatchObject({ items: [{ id: ids[3] }], nextCursor: null });
    const other = await api.call('GET', `${url}/path?order=desc&leafId=${ids[1]}`);
    expect(contents(other.body.items)).toEqual(['This.', 'What?']);
    expect((await api.call('GET', `${url}/path?leafId=${newId()}`)).body).toEqual(problem('MESSAGE_NOT_FOUND', 404));
    expect(await api.call('GET', `${url}/path?leafId=first`)).toMatchObject({ status: 422 });
  });

  it('give each message, and what else follows the same one', async () => {
    const api = await openApi(context);
    const { url, ids } = await branched(api);
    const { body: page } = await api.call('GET', `${url}/messages`);
    expect((await api.call('GET', `${url}/messages/${ids[2]}`)).body).toEqual(page.items[2]);
    const one = await api.call('GET', `${url}/messages/${ids[2]}/siblings?limit=1`);
    expect(one.body.items).toMatchObject([{ id: ids[1] }]);
    const two = await api.call('GET', `${url}/messages/${ids[2]}/siblings?cursor=${one.body.nextCursor}`);
    expect(two.body).toMatchObject({ items: [{ id: ids[2] }], nextCursor: null });
    for (const path of [`messages/${newId()}`, `messages/${newId()}/siblings`]) {
      expect((await api.call('GET', `${url}/${path}`)).body).toEqual(problem('MESSAGE_NOT_FOUND', 404));
    }
    const { body: counts } = await api.call('GET', `${url}/messages/count`);
    expect(counts).toEqual({ messages: 4, byRole: { system: 0, user: 2, assistant: 2, tool: 0 } });
  });

  it('are chosen, if nobody chose before', async () => {
    const api = await openApi(context);
    const { url, ids } = await branched(api);
    const { headers: read } = await api.call('GET', url);
    const headers = { 'if-match': String(read['etag']) };
    const leaf = `${url}/active-leaf`;
    const chosen = await api.call('PUT', leaf, { body: { messageId: ids[1] }, headers });
    expect(chosen).toMatchObject({ status: 200, headers: { etag: '"2"' }, body: { activeLeafId: ids[1], version: 2 } });
    expect(contents((await api.call('GET', `${url}/path`)).body.items)).toEqual(['What?', 'This.']);
    const late = await api.call('PUT', leaf, { body: { messageId: ids[2] }, headers });
    expect(late.body).toEqual(problem('CONVERSATION_CHANGED', 412));
    const newest = await api.call('PUT', leaf, { body: { messageId: ids[2], toNewest: true } });
    expect(newest.body).toMatchObject({ activeLeafId: ids[3], version: 3 });
    const missing = await api.call('PUT', leaf, { body: { messageId: newId() } });
    expect(missing.body).toEqual(problem('MESSAGE_NOT_FOUND', 404));
    expect((await api.call('PUT', leaf, { body: { toNewest: 'yes' } })).body.errors).toMatchObject([
      { in: 'body', pointer: '/messageId' },
      { in: 'body', pointer: '/toNewest' },
    ]);
    const reader = await api.tokenFor('ada', 'conversations:read');
    expect(await api.call('PUT', leaf, { token: reader, body: { messageId: ids[1] } })).toMatchObject({ status: 403 });
  });

  it('begin anew with a message that follows none', async () => {
    const api = await openApi(context);
    const { url, ids } = await branched(api);
    const body = { role: 'user', content: 'What, then?', parentId: null };
    const anew = await api.call('POST', `${url}/messages`, { body });
    expect(anew).toMatchObject({ status: 201, body: { parentId: null, seq: 5 } });
    const { body: siblings } = await api.call('GET', `${url}/messages/${ids[0]}/siblings`);
    expect(contents(siblings.items)).toEqual(['What?', 'What, then?']);
  });
});

describeEngines('GET /v1/conversations/{id}/context', (context) => {
  it('gives what a model is given, within the budget and with its tokens', async () => {
    const api = await openApi(context);
    const { url, ids } = await branched(api);
    await api.call('POST', `${url}/messages`, { body: { role: 'system', content: 'Be brief.' } });
    const all = await api.call('GET', `${url}/context?maxTokens=1000`);
    expect(contents(all.body.messages)).toEqual(['What?', 'That.', 'Thanks.', 'Be brief.']);
    const { tokens, messages } = all.body;
    expect(tokens.total).toBe(tokens.system + tokens.conversation);
    expect(messages.reduce((sum: number, each: { tokenCount: number }) => sum + each.tokenCount, 0)).toBe(tokens.total);
    const tight = await api.call('GET', `${url}/context?maxTokens=${tokens.total - 1}`);
    expect(tight.body).toMatchObject({ leftOut: { earlier: 1, incomplete: 0 } });
    expect(tight.body.tokens.total).toBeLessThan(tokens.total);
    const other = await api.call('GET', `${url}/context?maxMessages=1&includeSystem=false&leafId=${ids[1]}`);
    expect(contents(other.body.messages)).toEqual(['This.']);
    const bare = await api.call('GET', `${url}/context?maxTokens=1000&tokensPerMessage=0`);
    expect(bare.body.tokens.total).toBe(tokens.total - 4 * messages.length);
    expect((await api.call('GET', `${url}/context?maxTokens=1`)).body).toEqual(problem('CONTEXT_TOO_LARGE', 422));
  });

  it.each([
    ['', 'maxTokens'],
    ['maxTokens=0', 'maxTokens'],
    ['maxMessages=some', 'maxMessages'],
    ['maxTokens=9&includeSystem=1', 'includeSystem'],
  ])('refuses ?%s with 422', async (query, name) => {
    const api = await openApi(context);
    const { status, body } = await api.call('GET', `/v1/conversations/${newId()}/context?${query}`);
    expect(status).toBe(422);
    expect(body.errors).toMatchObject([{ in: 'query', pointer: `/${name}` }]);
  });
});
