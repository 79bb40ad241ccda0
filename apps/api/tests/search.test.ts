import { Conversations } from '@keelson/conversations';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { createSearch } from '../src/search.ts';
import { openApi, problem, type TestApi } from './testing/api.ts';

async function fill({ database }: TestApi) {
  const chats = new Conversations(database, 'ada');
  const { id: conversationId } = await chats.createConversation({ title: 'Apple harvest' });
  const message = await chats.saveUserMessage({ conversationId, content: 'When are apples ripe?' });
  await chats.saveAssistantMessage({ conversationId, content: 'Apples are ripe in autumn.' });
  const eve = new Conversations(database, 'eve');
  const { id: foreign } = await eve.createConversation({ title: 'apples of Eve' });
  return { conversationId, message, foreign };
}

describeEngines('GET /v1/conversations/search', (context) => {
  it('finds titles and messages, goes by what it is asked, and pages', async () => {
    const api = await openApi(context);
    const { conversationId, message, foreign } = await fill(api);
    const find = async (query: string) => (await api.call('GET', `/v1/conversations/search?${query}`)).body;
    const page = await find('query=apples');
    expect(page).toMatchObject({ nextCursor: null, isCurrent: true, isOutdated: false, isBounded: false });
    expect(page.items).toHaveLength(3);
    expect((await find('query=apples&role=user')).items).toEqual([
      {
        type: 'message',
        conversationId,
        messageId: message.id,
        seq: 1,
        role: 'user',
        title: 'Apple harvest',
        at: message.createdAt.toISOString(),
        score: expect.any(Number) as number,
        highlights: [
          {
            field: 'content',
            ranges: [{ start: 9, end: 15 }],
            excerpt: { start: 0, end: 21, text: 'When are apples ripe?' },
          },
        ],
      },
    ]);
    expect((await find('query=apples&role=user&role=assistant')).items).toHaveLength(2);
    expect((await find('query=apples&to=2020-01-01T00:00:00Z')).items).toEqual([]);
    expect((await find('query=apples+autumn&match=any&from=2020-01-01T00:00:00Z&limit=1')).items).toHaveLength(1);
    expect((await find(`query=apples&conversationId=${foreign}`)).items).toEqual([]);
    const first = await find('query=apples&limit=2');
    const second = await find(`query=apples&limit=2&cursor=${first.nextCursor}`);
    expect([...first.items, ...second.items]).toEqual(page.items);
    await new Conversations(api.database, 'ada').archiveConversation(conversationId);
    expect((await find('query=apples')).items).toEqual([]);
    expect((await find('query=apples&includeArchived=true')).items).toHaveLength(3);
  });

  it('says what is wrong with a request, and who may', async () => {
    const { call, tokenFor } = await openApi(context);
    for (const query of ['', 'query=x&role=robot', 'query=x&from=yesterday', 'query=x&limit=101', 'query=x&cursor=x'])
      expect((await call('GET', `/v1/conversations/search?${query}`)).status, query).toBe(422);
    expect((await call('GET', '/v1/conversations/search?query=x&mode=hybrid')).body).toEqual(
      problem('NO_EMBEDDER', 409),
    );
    expect((await call('GET', '/v1/conversations/search?query=x', { token: null })).status).toBe(401);
    const writer = await tokenFor('ada', 'conversations:write');
    for (const path of ['/v1/conversations/search?query=x', '/v1/search?query=x'])
      expect((await call('GET', path, { token: writer })).status).toBe(403);
  });
});

describeEngines('GET /v1/search', (context) => {
  it('finds texts of all kinds, of whoever asks, by meaning where a model is set', async () => {
    const database = await context.open();
    const { search, embeddings } = createSearch(database, { model: 'keelson-hashed-v1', service: undefined });
    const api = await openApi(context, { database, search });
    const { conversationId, message } = await fill(api);
    const { body } = await api.call('GET', '/v1/search?query=apples');
    expect(body.items.map(({ kind }: { kind: string }) => kind).toSorted()).toEqual([
      'conversation',
      'message',
      'message',
    ]);
    expect(body.items.find(({ id }: { id: string }) => id === message.id)).toMatchObject({
      kind: 'message',
      title: 'Apple harvest',
      details: { conversation: conversationId, role: 'user', seq: 1, status: 'ACTIVE' },
    });
    expect((await api.call('GET', '/v1/search?query=apples&kind=conversation')).body.items).toHaveLength(1);
    expect((await api.call('GET', '/v1/search?query=apples&kind=nothing')).status).toBe(422);
    await embeddings?.embed('ada');
    const near = await api.call('GET', '/v1/search?query=aples+harvests&mode=semantic&kind=conversation');
    expect(near.body.items).toMatchObject([{ id: conversationId }]);
  });
});
