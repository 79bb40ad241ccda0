import { type Database, defineCached, openDatabase, type UserHandle } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { Cache } from '../../src/cache/cache.ts';
import type { ChangeFeed, ChangeSubscription } from '../../src/changes/contract.ts';
import { kernelOf } from '../../src/database/handle.ts';
import { conversation, insertConversation, readConversation, renameConversation } from './queries.ts';

/** A cache that hears of changes when the test says so, as one does whose process is busy. */
function lateCache(database: Database, user: UserHandle) {
  const told = { currentAt: performance.now() };
  const subscription: ChangeSubscription = {
    get currentAt() {
      return told.currentAt;
    },
    catchUp: () => new Promise(() => undefined),
    close: () => Promise.resolve(),
  };
  const feed: ChangeFeed = Object.create(database.changes, {
    subscribe: { value: () => Promise.resolve(subscription) },
  });
  return { cache: new Cache(kernelOf(user), feed), told };
}

describeEngines('the order in which the cache gives answers', (context) => {
  it('never goes back to what was kept, when one came from the database meanwhile', async () => {
    const database = await context.open();
    await using other = openDatabase({ url: database.config.target.url, env: {} });
    const ada = database.forUser('ada');
    const [id, its] = [await insertConversation(ada, 'old'), await insertConversation(ada, 'its own')];
    const { cache, told } = lateCache(database, ada);
    // Where it stands between the subscription and the first answer.
    await cache.get(ada, conversation, { id });
    told.currentAt = performance.now();
    expect(await cache.get(ada, conversation, { id })).toMatchObject({ title: 'old' });
    await renameConversation(ada, its, 'written here');
    const between = performance.now();
    await renameConversation(other.forUser('ada'), id, 'new');
    // It doesn't know yet what was written here, and asks the database.
    expect(await cache.get(ada, conversation, { id })).toMatchObject({ title: 'new' });
    // Now it knows of its own, and not yet of the other.
    told.currentAt = between;
    expect(await cache.get(ada, conversation, { id })).toMatchObject({ title: 'new' });
    await cache.close();
  });

  it('keeps no answer whose place a later one took', async () => {
    const database = await context.open();
    const ada = database.forUser('ada');
    const id = await insertConversation(ada, 'old');
    const { cache, told } = lateCache(database, ada);
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    let reads = 0;
    const slow = defineCached('test.slow', {
      dependsOn: (p: { id: string }) => [{ table: 'conversations', key: p.id }],
      load: async (user, p) => {
        const found = await readConversation(user, p.id);
        reads += 1;
        if (reads === 2) await held;
        return found;
      },
    });
    await cache.get(ada, slow, { id });
    cache.clear();
    told.currentAt = performance.now();
    const before = cache.get(ada, slow, { id });
    await expect.poll(() => reads).toBe(2);
    await renameConversation(ada, id, 'new');
    told.currentAt = performance.now();
    expect(await cache.get(ada, slow, { id })).toMatchObject({ title: 'new' });
    release();
    expect(await before).toMatchObject({ title: 'old' });
    expect(await cache.get(ada, slow, { id })).toMatchObject({ title: 'new' });
    await cache.close();
  });
});
