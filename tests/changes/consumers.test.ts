import { newId, openDatabase, ValidationError } from '@keelson/db-core';
import { describeEngine, describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { insertConversation } from './queries.ts';

describeEngines('the list of consumers', (context) => {
  it('says how far each has come, also in the middle of what it reads', async () => {
    const database = await context.open();
    const insert = (): Promise<unknown> =>
      database.forUser('ada').run(insertConversation, { id: newId(), now: new Date() });
    for (let count = 0; count < 5; count += 1) await insert();
    expect(await database.changes.consumers()).toEqual([]);

    const stop = new AbortController();
    let handled = 0;
    const consuming = database.changes.consume(
      'slow',
      async (changes) => {
        handled += changes.length;
        if (handled === 4) stop.abort();
      },
      { signal: stop.signal, batchSize: 2 },
    );
    await consuming;
    expect(await database.changes.consumers()).toMatchObject([
      { name: 'slow', isRunning: false, behind: 1, resync: null },
    ]);
    await insert();
    const [slow] = await database.changes.consumers();
    expect(slow?.behind).toBe(2);
    expect(slow?.lagMs).toBeGreaterThanOrEqual(0);
  });

  it('says who has to read everything anew, and forgets whoever is no more', async () => {
    const database = await context.open();
    const stop = new AbortController();
    await database.forUser('ada').run(insertConversation, { id: newId(), now: new Date() });
    await database.changes.consume('old', async () => stop.abort(), { signal: stop.signal });
    await database.changes.startEpoch();
    expect(await database.changes.consumers()).toMatchObject([
      { name: 'old', behind: null, lagMs: null, resync: 'epoch' },
    ]);
    expect(await database.changes.removeConsumer('old')).toBe(true);
    expect(await database.changes.removeConsumer('old')).toBe(false);
    expect(await database.changes.consumers()).toEqual([]);
  });

  it('has those that keep their position elsewhere and tell it', async () => {
    const database = await context.open();
    const insert = (): Promise<unknown> =>
      database.forUser('ada').run(insertConversation, { id: newId(), now: new Date() });
    await insert();
    const position = await database.changes.position();
    await insert();
    await database.changes.report('elsewhere', { position, forMs: 60_000 });
    expect(await database.changes.consumers()).toMatchObject([{ name: 'elsewhere', isRunning: true, behind: 1 }]);
    await database.changes.report('elsewhere', { position: await database.changes.position(), forMs: 0 });
    expect(await database.changes.consumers()).toMatchObject([{ name: 'elsewhere', isRunning: false, behind: 0 }]);
    await expect(database.changes.report('elsewhere', { position: 'nowhere', forMs: 0 })).rejects.toThrow(
      ValidationError,
    );
  });

  it('is about entries that are kept as long as it is set', async () => {
    const database = await context.open({ env: { CHANGES_RETENTION_ROWS: '1000' } });
    const user = database.forUser('ada');
    await user.runMany(
      insertConversation,
      Array.from({ length: 1500 }, () => ({ id: newId(), now: new Date() })),
    );
    expect(await database.changes.prune()).toBe(500);
    expect(await database.changes.prune()).toBe(0);
  });
});

describeEngine('postgres', 'the list of consumers, where several write at the same time', (context) => {
  it('counts what was committed by a transaction that others overtook', async () => {
    const database = await context.open();
    const stop = new AbortController();
    const seen: string[] = [];
    const other = openDatabase({ url: database.config.target.url, env: {} });
    const insertion = (id: string): Promise<unknown> =>
      other.forUser('ada').run(insertConversation, { id, now: new Date() });
    const consuming = database.changes.consume(
      'quick',
      async (changes) => void seen.push(...changes.map(({ key }) => key)),
      { signal: stop.signal },
    );
    const first = newId();
    await insertion(first);
    await expect.poll(() => seen).toEqual([first]);
    expect(await database.changes.consumers()).toMatchObject([{ name: 'quick', isRunning: true, behind: 0, lagMs: 0 }]);
    await other.transaction('eve', async (eve) => {
      await eve.run(insertConversation, { id: newId(), now: new Date() });
      stop.abort();
      await consuming;
      expect(await database.changes.consumers()).toMatchObject([{ behind: 0 }]);
    });
    expect(await database.changes.consumers()).toMatchObject([{ behind: 1 }]);
    await other.close();
  });
});
