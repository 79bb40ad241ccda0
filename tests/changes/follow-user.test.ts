import { newId, type ChangeBatch } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { insertConversation } from './queries.ts';

describeEngines("following one user's changes", (context) => {
  it('gives each once, in order, to everyone who follows, whatever others do', async () => {
    const database = await context.open();
    const after = await database.changes.position();
    const stop = new AbortController();
    const users = ['ada', 'ada', 'eve'];
    const seen = users.map((): string[] => []);
    const following = users.map(async (userId, index) => {
      for await (const { key } of database.changes.follow({ userId, after, signal: stop.signal }))
        seen[index]?.push(key);
    });
    const made: Record<string, string[]> = { ada: [], eve: [], bob: [] };
    for (let turn = 0; turn < 30; turn += 1) {
      const userId = ['ada', 'bob', 'eve', 'bob'][turn % 4] as string;
      const id = newId();
      await database.forUser(userId).run(insertConversation, { id, now: new Date() });
      made[userId]?.push(id);
    }
    await expect.poll(() => seen, { timeout: 10_000, interval: 5 }).toEqual(users.map((userId) => made[userId]));
    stop.abort();
    await Promise.all(following);
  });

  it('tells where to go on while only others write, and nothing is missed from there', async () => {
    const database = await context.open();
    const after = await database.changes.position();
    const batches = database.changes.batches({ userId: 'ada', after, idleMs: 5 });
    const next = async (): Promise<ChangeBatch> => {
      const { value } = await batches.next();
      return value as ChangeBatch;
    };
    await database.forUser('eve').run(insertConversation, { id: newId(), now: new Date() });
    let batch = await next();
    for (let turn = 0; turn < 1000 && batch.position === after; turn += 1) batch = await next();
    expect(batch.changes).toEqual([]);
    // What others did is behind it.
    expect((await database.changes.read({ after: batch.position })).changes).toEqual([]);
    const id = newId();
    await database.forUser('ada').run(insertConversation, { id, now: new Date() });
    for (let turn = 0; turn < 1000 && batch.changes.length === 0; turn += 1) batch = await next();
    expect(batch.changes.map(({ key }) => key)).toEqual([id]);
    await batches.return?.();
    const again = database.changes.follow({ userId: 'ada', after });
    expect((await again.next()).value).toMatchObject({ key: id });
    await again.return?.();
  });
});
