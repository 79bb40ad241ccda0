import { Audit, SYSTEM_OWNER } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { openApi, problem, type TestApi } from './testing/api.ts';

async function say({ call, tokenFor }: TestApi, userId: string, tokens: readonly number[]): Promise<void> {
  const token = await tokenFor(userId, 'conversations');
  const { body } = await call('POST', '/v1/conversations', { token, body: {} });
  for (const count of tokens) {
    const metadata = { modelName: 'a-model', tokens: count, latencyMs: 10 * count, source: 'web' };
    const message = { role: 'assistant', content: `${count}`, metadata };
    await call('POST', `/v1/conversations/${body.id}/messages`, { token, body: message });
  }
}

const OWN = '/v1/conversations/statistics';
const ALL = '/v1/admin/conversations/statistics';

describeEngines('statistics', (context) => {
  it("are of one's own messages, by day and by model", async () => {
    const api = await openApi(context);
    await say(api, 'ada', [10, 20]);
    await say(api, 'grace', [500]);
    const from = new Date(Date.now() - 86_400_000).toISOString();
    const { status, body } = await api.call('GET', `${OWN}?from=${from}&timeZone=Asia/Tokyo`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ from, timeZone: 'Asia/Tokyo', totals: { messages: 2, tokens: 30 } });
    expect(body.models).toEqual([
      {
        modelName: 'a-model',
        messages: 2,
        tokens: { count: 2, mean: 15, p50: 10, p95: 20, sum: 30 },
        latencyMs: { count: 2, mean: 150, p50: 100, p95: 200 },
      },
    ]);
    expect(body.days.reduce((sum: number, day: { messages: number }) => sum + day.messages, 0)).toBe(2);
    expect(body.days.at(-1).byRole).toMatchObject({ system: 0, tool: 0 });
    expect((await api.call('GET', OWN)).body.days.length).toBeGreaterThanOrEqual(30);
  });

  it("are everybody's for administrators, who are in the audit", async () => {
    const api = await openApi(context);
    await say(api, 'ada', [10, 20]);
    await say(api, 'grace', [500]);
    const refused = await api.call('GET', ALL);
    expect(refused.body).toEqual(problem('FORBIDDEN', 403));
    const audit = new Audit(api.database);
    const counted = async () => (await audit.list(SYSTEM_OWNER, { action: 'conversations.counted' })).items;
    expect(await counted()).toEqual([]);
    const token = await api.tokenFor('root', 'admin');
    const { body } = await api.call('GET', ALL, { token, headers: { 'x-request-id': 'req-7' } });
    expect(body).toMatchObject({
      totals: { messages: 3, tokens: 530 },
      users: [
        { userId: 'ada', messages: 2, tokens: 30 },
        { userId: 'grace', messages: 1, tokens: 500 },
      ],
      usersLeftOut: 0,
    });
    expect(await counted()).toMatchObject([{ actorId: 'root', requestId: 'req-7' }]);
  });

  it.each([
    ['from=2026-01-01', '/from'],
    ['from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z', '/from'],
    ['timeZone=Mars', '/timeZone'],
    ['since=now', '/since'],
  ])('refuse ?%s with 422', async (query, pointer) => {
    const { call } = await openApi(context);
    const { status, body } = await call('GET', `${OWN}?${query}`);
    expect(status).toBe(422);
    expect(body.errors).toMatchObject([{ in: 'query', pointer }]);
  });
});

describeEngines('GET /v1/messages', (context) => {
  it('lists what came from a source, the latest first, of one conversation or of all', async () => {
    const api = await openApi(context);
    await say(api, 'ada', [1, 2]);
    await say(api, 'ada', [3]);
    await say(api, 'grace', [4]);
    const first = await api.call('GET', '/v1/messages?source=web&limit=2');
    const rest = await api.call('GET', `/v1/messages?source=web&cursor=${first.body.nextCursor}`);
    const found = [...first.body.items, ...rest.body.items] as { content: string; conversationId: string }[];
    expect(found.map(({ content }) => content)).toEqual(['3', '2', '1']);
    const one = await api.call('GET', `/v1/messages?source=web&conversationId=${found[0]?.conversationId}`);
    expect(one.body.items).toHaveLength(1);
    expect((await api.call('GET', '/v1/messages?source=phone')).body.items).toEqual([]);
    expect(await api.call('GET', '/v1/messages')).toMatchObject({ status: 422 });
  });
});
