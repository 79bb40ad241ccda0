import { defineCached, openDatabase, type CachedTable } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import {
  allTitles,
  conversation,
  eraseConversation,
  insertConversation,
  readConversation,
  renameConversation,
} from './queries.ts';

describeEngines('the cache', (context) => {
  it('reads once, and gives each caller a copy with the same types', async () => {
    const database = await context.open();
    const ada = database.forUser('ada');
    const id = await insertConversation(ada, 'one');
    const first = await database.cache.get(ada, conversation, { id });
    const second = await database.cache.get(ada, conversation, { id });
    expect(first).toEqual({ id, title: 'one', created_at: expect.any(Date) });
    expect(second).toEqual(first);
    first!.title = 'changed by its owner';
    first!.created_at.setTime(0);
    expect(await database.cache.get(ada, conversation, { id })).toEqual(second);
    expect(database.cache.figures()).toMatchObject({ hits: { hot: 2, warm: 0 }, misses: 1, loads: 1, hitRate: 2 / 3 });
  });

  it('gives what this process wrote at once: its own row, and only its own', async () => {
    const database = await context.open();
    const ada = database.forUser('ada');
    const [one, two] = [await insertConversation(ada, 'one'), await insertConversation(ada, 'two')];
    for (const id of [one, two]) await database.cache.get(ada, conversation, { id });
    expect(await database.cache.get(ada, allTitles)).toEqual(['one', 'two']);
    for (let turn = 0; turn < 20; turn += 1) {
      await renameConversation(ada, one, `one ${turn}`);
      expect(await database.cache.get(ada, conversation, { id: one })).toMatchObject({ title: `one ${turn}` });
      expect(await database.cache.get(ada, allTitles)).toEqual([`one ${turn}`, 'two']);
    }
    const { hits } = database.cache.figures();
    await database.cache.get(ada, conversation, { id: two });
    expect(database.cache.figures().hits.hot).toBe(hits.hot + 1);
    await eraseConversation(ada, one);
    expect(await database.cache.get(ada, conversation, { id: one })).toBeUndefined();
  });

  it('gives what a system handle wrote in a transaction of another user at once, too', async () => {
    const database = await context.open();
    const bob = database.forUser('bob');
    const id = await insertConversation(bob, 'old');
    await database.cache.get(bob, conversation, { id });
    await database.transaction('ada', async () => {
      await database
        .system('a test')
        .run((db) => db.updateTable('conversations').set({ title: 'new' }).where('user_id', '=', 'bob'));
    });
    expect(await database.cache.get(bob, conversation, { id })).toMatchObject({ title: 'new' });
  });

  it('keeps users apart, whatever their ids look like', async () => {
    const database = await context.open();
    const ada = database.forUser('ada');
    const id = await insertConversation(ada, 'hers');
    expect(await database.cache.get(ada, conversation, { id })).toMatchObject({ title: 'hers' });
    for (const other of ['bob', 'ada ', 'ada conversations', 'ad'])
      expect(await database.cache.get(database.forUser(other), conversation, { id })).toBeUndefined();
  });

  it('asks the database inside a transaction, and keeps nothing of what it sees there', async () => {
    const database = await context.open();
    const ada = database.forUser('ada');
    const id = await insertConversation(ada, 'committed');
    await database.cache.get(ada, conversation, { id });
    await ada
      .transaction(async () => {
        await renameConversation(ada, id, 'never');
        expect(await database.cache.get(ada, conversation, { id })).toMatchObject({ title: 'never' });
        throw new Error('undone');
      })
      .catch(() => undefined);
    expect(await database.cache.get(ada, conversation, { id })).toMatchObject({ title: 'committed' });
  });

  it('tells of what another connection wrote within a moment', async () => {
    const database = await context.open();
    const other = openDatabase({ env: {}, url: database.config.target.url });
    try {
      const [ada, elsewhere] = [database.forUser('ada'), other.forUser('ada')];
      const id = await insertConversation(ada, 'old');
      expect(await database.cache.get(ada, conversation, { id })).toMatchObject({ title: 'old' });
      await renameConversation(elsewhere, id, 'new');
      await expect
        .poll(() => database.cache.get(ada, conversation, { id }), { interval: 5 })
        .toMatchObject({ title: 'new' });
    } finally {
      await other.close();
    }
  });

  it('reads once for all who ask at the same time', async () => {
    const database = await context.open();
    const ada = database.forUser('ada');
    let loads = 0;
    const slow = defineCached('test.slow', {
      dependsOn: () => [{ table: 'conversations' }],
      load: async (user) => {
        loads += 1;
        return { titles: await user.all((db) => db.selectFrom('conversations').select('title')) };
      },
    });
    const answers = await Promise.all(Array.from({ length: 50 }, () => database.cache.get(ada, slow)));
    expect(loads).toBe(1);
    expect(new Set(answers).size).toBe(50);
  });

  it('keeps no failure, and tells it to all who wait', async () => {
    const database = await context.open();
    const ada = database.forUser('ada');
    let loads = 0;
    const failing = defineCached('test.failing', {
      dependsOn: () => [{ table: 'conversations' }],
      load: async () => {
        loads += 1;
        if (loads === 1) throw new Error('the first time');
        return loads;
      },
    });
    const first = await Promise.allSettled([database.cache.get(ada, failing), database.cache.get(ada, failing)]);
    expect(first.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await database.cache.get(ada, failing)).toBe(2);
    expect(database.cache.figures()).toMatchObject({ loads: 2, loadErrors: 1 });
  });

  it('keeps what is missing only where the query says so', async () => {
    const database = await context.open();
    const ada = database.forUser('ada');
    let loads = 0;
    const find = (keepMissing: boolean) =>
      defineCached(`test.find ${keepMissing}`, {
        dependsOn: (p: { id: string }) => [{ table: 'conversations', key: p.id }],
        load: (user, p) => {
          loads += 1;
          return readConversation(user, p.id);
        },
        keepMissing,
      });
    const id = '01932d2a-0000-7000-8000-000000000000';
    for (const [keepMissing, expected] of [
      [false, 3],
      [true, 1],
    ] as const) {
      loads = 0;
      const query = find(keepMissing);
      for (let turn = 0; turn < 3; turn += 1) expect(await database.cache.get(ada, query, { id })).toBeUndefined();
      expect(loads).toBe(expected);
    }
  });

  it('lets one caller go without disturbing the others', async () => {
    const database = await context.open();
    const ada = database.forUser('ada');
    await database.cache.get(ada, allTitles);
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const slow = defineCached('test.slow', {
      dependsOn: () => [{ table: 'conversations' }],
      load: () => gate.then(() => 'read'),
    });
    const leaving = new AbortController();
    const left = database.cache.get(ada, slow, undefined, { signal: leaving.signal });
    const stays = database.cache.get(ada, slow);
    leaving.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    open();
    expect(await stays).toBe('read');
    await expect(database.cache.get(ada, slow, undefined, { signal: leaving.signal })).rejects.toThrow('gone');
    expect(await database.cache.get(ada, slow)).toBe('read');
    expect(database.cache.figures().loadErrors).toBe(0);
  });

  it('does not keep what was read before a change that came meanwhile', async () => {
    const database = await context.open();
    const ada = database.forUser('ada');
    const id = await insertConversation(ada, 'old');
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const { promise: hasRead, resolve: read } = Promise.withResolvers<void>();
    let loads = 0;
    const paused = defineCached('test.paused', {
      dependsOn: (p: { id: string }) => [{ table: 'conversations', key: p.id }],
      load: async (user, p) => {
        const row = await readConversation(user, p.id);
        loads += 1;
        if (loads === 1) {
          read();
          await gate;
        }
        return row?.title;
      },
    });
    const early = database.cache.get(ada, paused, { id });
    await hasRead;
    await renameConversation(ada, id, 'new');
    // Whoever asks after the write doesn't join the one who asked before it.
    expect(await database.cache.get(ada, paused, { id })).toBe('new');
    open();
    expect(await early).toBe('old');
    expect(loads).toBe(2);
    // What took so long could as well have been the newer one, so that it is read once more, and kept then.
    for (let turn = 0; turn < 3; turn += 1) expect(await database.cache.get(ada, paused, { id })).toBe('new');
    expect(loads).toBe(3);
  });

  it('refuses a query that nothing would ever invalidate, and data that is not plain', async () => {
    const database = await context.open();
    const ada = database.forUser('ada');
    const load = async (): Promise<number> => 1;
    const untracked = defineCached('test.untracked', { dependsOn: () => [{ table: 'users' as CachedTable }], load });
    await expect(database.cache.get(ada, untracked)).rejects.toMatchObject({ code: 'CONFIGURATION' });
    const nothing = defineCached('test.nothing', { dependsOn: () => [], load });
    await expect(database.cache.get(ada, nothing)).rejects.toMatchObject({ code: 'CONFIGURATION' });
    const map = defineCached('test.map', {
      dependsOn: () => [{ table: 'conversations' }],
      load: async () => new Map(),
    });
    await expect(database.cache.get(ada, map)).rejects.toMatchObject({ code: 'VALIDATION' });
    const other = openDatabase({ env: {}, url: database.config.target.url });
    await expect(database.cache.get(other.forUser('ada'), allTitles)).rejects.toMatchObject({
      code: 'TENANCY_VIOLATION',
    });
    await other.close();
  });

  it('forgets everything when the feed has lost the way', async () => {
    const database = await context.open();
    const ada = database.forUser('ada');
    await insertConversation(ada, 'one');
    await database.cache.get(ada, allTitles);
    expect(database.cache.figures().entries.hot).toBe(1);
    await database.changes.startEpoch();
    await expect.poll(() => database.cache.figures().entries.hot, { timeout: 5000 }).toBe(0);
    expect(await database.cache.get(ada, allTitles)).toEqual(['one']);
    await insertConversation(ada, 'two');
    expect(await database.cache.get(ada, allTitles)).toEqual(['one', 'two']);
  });

  it('can be switched off', async () => {
    const database = await context.open({ env: { CACHE_HOT_BYTES: '0', CACHE_WARM_BYTES: '0' } });
    const ada = database.forUser('ada');
    for (let turn = 0; turn < 3; turn += 1) await database.cache.get(ada, allTitles);
    expect(database.cache.figures()).toMatchObject({ loads: 3, hitRate: 0, entries: { hot: 0, warm: 0 } });
  });
});
