import { createServer } from '@keelson/api';
import { ApiTokens, openDatabase } from '@keelson/db-core';
import { describe, expect, it } from 'vitest';
import { times } from './form.ts';
import { quietLogger } from './quiet-logger.ts';
import { useServer } from './server.ts';

const CONNECTIONS = 3;
const REQUESTS = 40 * times;

describe('a pool whose connections are all held by work that takes long', () => {
  const server = useServer();

  it('refuses requests with what to do about it, and serves them again afterwards', async () => {
    const env = { DATABASE_POOL_SIZE: '2', DATABASE_MAX_OVERFLOW: '1', DATABASE_POOL_TIMEOUT: '0.3' };
    await using database = openDatabase({ url: await server.create(), env });
    const { token } = await new ApiTokens(database).create({
      userId: 'ada',
      name: 'test',
      scopes: ['conversations:write', 'conversations:read'],
    });
    await using api = createServer({ database, logger: quietLogger(), http: { requestsPerMinute: 0 } });
    const post = async () =>
      api.inject({
        method: 'POST',
        url: '/v1/conversations',
        headers: { authorization: `Bearer ${token}` },
        payload: { title: 'asked for' },
      });
    const many = () => Promise.all(Array.from({ length: REQUESTS }, post));
    expect((await post()).statusCode).toBe(201);

    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const begun = Array.from({ length: CONNECTIONS }, () => Promise.withResolvers<void>());
    const holding = begun.map(({ resolve }) =>
      database.transaction('eve', async (eve) => {
        await eve.all((db) => db.selectFrom('conversations').select('id'));
        resolve();
        await released;
      }),
    );
    await Promise.all(begun.map(({ promise }) => promise));
    for (const answer of await many()) {
      expect(answer.statusCode).toBe(503);
      expect(answer.json()).toMatchObject({ code: 'POOL_EXHAUSTED' });
      expect(answer.headers['retry-after']).toBe('1');
    }
    // It is this process that is busy; the server isn't to be left alone for it.
    expect(database.breakerState).toBe('closed');
    expect(database.pool()).toMatchObject({ inUse: CONNECTIONS, waiting: 0 });

    release();
    await Promise.all(holding);
    // Three connections serve as many requests as come, one after the other.
    for (let done = 0; done < REQUESTS; done += 10) {
      const answers = await Promise.all(Array.from({ length: 10 }, post));
      expect(answers.map(({ statusCode }) => statusCode)).toEqual(answers.map(() => 201));
    }
    // What was refused left nothing behind.
    const rows = await database.forUser('ada').all((db) => db.selectFrom('conversations').select('id'));
    expect(rows).toHaveLength(1 + REQUESTS);
    expect(database.pool()).toMatchObject({ inUse: 0, waiting: 0 });
  });
});
