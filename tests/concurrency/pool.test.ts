import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, newId, PoolExhaustedError } from '@keelson/db-core';
import { describeEngine, describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { findVersion, insertConversation, listConversations, raiseVersion } from './queries.ts';

const MANY = 200;

/** Transactions that stay open until they are released. */
async function occupy(database: Database, count: number): Promise<() => Promise<void>> {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const begun = Array.from({ length: count }, () => Promise.withResolvers<void>());
  const transactions = begun.map(({ resolve }) =>
    database.transaction('ada', async (user) => {
      await user.all(listConversations);
      resolve();
      await released;
    }),
  );
  await Promise.all(begun.map(({ promise }) => promise));
  return async () => {
    release();
    await Promise.all(transactions);
  };
}

async function errorOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describeEngine(
  'postgres',
  'a pool with nothing left, because the other engine lends no connections to writers',
  (context) => {
    const env = { DATABASE_POOL_SIZE: '2', DATABASE_MAX_OVERFLOW: '1', DATABASE_POOL_TIMEOUT: '0.1' };

    it('says so after a while, and works again when one is given back', async () => {
      const database = await context.open({ env });
      const user = database.forUser('ada');
      const release = await occupy(database, 3);
      expect(database.pool()).toMatchObject({ size: 3, inUse: 3, idle: 0, waiting: 0 });
      const refused = await Promise.all([
        errorOf(user.all(listConversations)),
        errorOf(user.run(insertConversation, { id: newId(), now: new Date() })),
        errorOf(user.transaction(() => user.all(listConversations))),
      ]);
      for (const error of refused) {
        expect(error).toBeInstanceOf(PoolExhaustedError);
        expect(error).toMatchObject({ code: 'POOL_EXHAUSTED', retriable: true, status: 503 });
        expect((error as PoolExhaustedError).hint).toContain('DATABASE_POOL_SIZE');
        expect((error as PoolExhaustedError).hint).toContain('keelson health');
      }
      // A full pool is this process's own doing: the server isn't to be left alone for it.
      expect(database.breakerState).toBe('closed');
      await release();
      expect(await user.all(listConversations)).toEqual([]);
      expect(database.pool()).toMatchObject({ inUse: 0, waiting: 0 });
    });

    it('serves who waits as soon as one is given back', async () => {
      const database = await context.open({ env: { ...env, DATABASE_POOL_TIMEOUT: '20' } });
      const release = await occupy(database, 3);
      const waiting = Array.from({ length: 10 }, () => database.forUser('ada').all(listConversations));
      await sleep(20);
      expect(database.pool()).toMatchObject({ inUse: 3, waiting: 10 });
      await release();
      expect(await Promise.all(waiting)).toEqual(Array.from({ length: 10 }, () => []));
      expect(database.pool()).toMatchObject({ inUse: 0, waiting: 0 });
    });
  },
);

describeEngines(`${MANY} transactions at once`, (context) => {
  it('are all done, each of them once', async () => {
    const database = await context.open();
    const user = database.forUser('ada');
    const id = newId();
    await user.run(insertConversation, { id, now: new Date() });
    const seen = await Promise.all(
      Array.from({ length: MANY }, () =>
        user.transaction(async () => {
          await user.run(raiseVersion, { id });
          return (await user.first(findVersion, { id }))?.version;
        }),
      ),
    );
    expect(seen.toSorted((a, b) => a! - b!)).toEqual(Array.from({ length: MANY }, (_, index) => index + 2));
    expect(database.pool()).toMatchObject({ inUse: 0, waiting: 0 });
  });

  it('some of which fail leave nothing of these', async () => {
    const database = await context.open();
    const user = database.forUser('ada');
    const outcomes = await Promise.allSettled(
      Array.from({ length: MANY }, (_, number) =>
        user.transaction(async () => {
          await user.run(insertConversation, { id: newId(), now: new Date() });
          if (number % 3 === 0) throw new Error('on purpose');
        }),
      ),
    );
    const failed = outcomes.filter(({ status }) => status === 'rejected').length;
    expect(failed).toBe(Math.ceil(MANY / 3));
    const rows = await user.all((db) => db.selectFrom('conversations').select('id'));
    expect(rows.length).toBe(MANY - failed);
    expect(database.pool()).toMatchObject({ inUse: 0, waiting: 0 });
  });
});
