import { Audit, newId, OPERATOR, Organisations } from '@keelson/db-core';
import { describeEngines, type EngineContext } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { openApi, problem, type TestApi } from './testing/api.ts';

interface TeamApi extends TestApi {
  readonly organisationId: string;
  /** A request's headers that name the organisation. */
  readonly forTeam: Readonly<Record<string, string>>;
}

describeEngines('a request for an organisation', (context) => {
  it('finds and makes its rows, and not those of who asks', async () => {
    const { call, forTeam, tokenFor } = await openTeam(context);
    const { body: own } = await call('POST', '/v1/conversations', { body: { title: 'mine' } });
    const { status, body: ours } = await call('POST', '/v1/conversations', {
      body: { title: 'ours' },
      headers: forTeam,
    });
    expect(status).toBe(201);
    const titles = async (headers: Readonly<Record<string, string>>, token?: string): Promise<string[]> => {
      const { body } = await call('GET', '/v1/conversations', { headers, ...(token === undefined ? {} : { token }) });
      return body.items.map(({ title }: { title: string }) => title) as string[];
    };
    expect(await titles(forTeam)).toEqual(['ours']);
    expect(await titles({})).toEqual(['mine']);
    expect(await titles(forTeam, await tokenFor('cleo', 'conversations'))).toEqual(['ours']);
    expect(await call('GET', `/v1/conversations/${own.id}`, { headers: forTeam })).toMatchObject({ status: 404 });
    expect(await call('GET', `/v1/conversations/${ours.id}`)).toMatchObject({ status: 404 });
    const changed = await call('PATCH', `/v1/conversations/${ours.id}`, {
      headers: { ...forTeam, 'if-match': '"1"' },
      body: { title: 'still ours', status: 'CLOSED' },
    });
    expect(changed).toMatchObject({ status: 200, body: { title: 'still ours', status: 'CLOSED' } });
  });

  it('has in the audit who wrote, in which request', async () => {
    const { call, database, forTeam, organisationId } = await openTeam(context);
    await call('POST', '/v1/conversations', { body: {}, headers: { ...forTeam, 'x-request-id': 'req-9' } });
    await call('GET', '/v1/conversations', { headers: forTeam });
    const { items } = await new Audit(database).list(organisationId, { action: 'rows.written' });
    expect(items).toMatchObject([{ actorId: 'ada', requestId: 'req-9' }]);
    expect(items).toHaveLength(1);
  });

  it('only reads for a viewer, and says why', async () => {
    const { call, forTeam, tokenFor } = await openTeam(context);
    const { body: ours } = await call('POST', '/v1/conversations', { body: { title: 'ours' }, headers: forTeam });
    const token = await tokenFor('cleo', '*');
    const path = `/v1/conversations/${ours.id}`;
    expect(await call('GET', path, { token, headers: forTeam })).toMatchObject({ status: 200 });
    const attempts = [
      await call('POST', '/v1/conversations', { token, headers: forTeam, body: {} }),
      await call('PATCH', path, { token, headers: forTeam, body: { title: 'hers' } }),
      await call('DELETE', path, { token, headers: forTeam }),
      await call('POST', `${path}/messages`, { token, headers: forTeam, body: { role: 'user', content: 'Hello' } }),
    ];
    for (const { status, body, headers } of attempts) {
      expect(status).toBe(403);
      expect(body).toEqual(problem('FORBIDDEN', 403));
      expect(body.hint).toContain('member');
      // More scopes wouldn't help.
      expect(headers['www-authenticate']).toBeUndefined();
    }
    expect((await call('GET', path, { headers: forTeam })).body).toMatchObject({ title: 'ours', messageCount: 0 });
  });

  it('is refused in the same words to who is no member, and where there is no organisation', async () => {
    const { call, forTeam, tokenFor } = await openTeam(context);
    const token = await tokenFor('eve', '*');
    const named = [forTeam['keelson-organisation'], newId(), 'nonsense', ''];
    const answers = await Promise.all(
      named.map((organisation) =>
        call('GET', '/v1/conversations', {
          token,
          headers: { 'keelson-organisation': organisation ?? '', 'x-request-id': 'same' },
        }),
      ),
    );
    expect(answers[0]?.status).toBe(403);
    expect(answers[0]?.body).toEqual(problem('NOT_A_MEMBER', 403));
    expect(answers[0]?.headers['www-authenticate']).toBeUndefined();
    expect(new Set(answers.map(({ text }) => text))).toHaveProperty('size', 1);
  });

  it('needs the scopes as well, and ends with the membership', async () => {
    const { call, database, forTeam, organisationId, tokenFor } = await openTeam(context);
    const reader = await tokenFor('ada', 'conversations:read');
    const refused = await call('POST', '/v1/conversations', { token: reader, headers: forTeam, body: {} });
    expect(refused).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    expect(refused.headers['www-authenticate']).toContain('insufficient_scope');
    await new Organisations(database).removeMember({ organisationId, memberId: 'cleo' }, OPERATOR);
    const token = await tokenFor('cleo', '*');
    expect(await call('GET', '/v1/conversations', { token, headers: forTeam })).toMatchObject({
      status: 403,
      body: { code: 'NOT_A_MEMBER' },
    });
    expect(await call('GET', '/v1/conversations', { token: null, headers: forTeam })).toMatchObject({ status: 401 });
    expect(await call('GET', '/livez', { token: null, headers: forTeam })).toMatchObject({ status: 200 });
  });
});

/** With Ada as its owner, and Cleo who may look. */
async function openTeam(context: EngineContext): Promise<TeamApi> {
  const api = await openApi(context);
  const organisations = new Organisations(api.database);
  const { id: organisationId } = await organisations.create({ name: 'Engines', owner: 'ada' });
  await organisations.addMember({ organisationId, memberId: 'cleo', role: 'viewer' }, { userId: 'ada' });
  return { ...api, organisationId, forTeam: { 'keelson-organisation': organisationId } };
}
