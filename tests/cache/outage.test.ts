import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionLostError, type DatabaseEvent, defineCached, newId, openDatabase } from '@keelson/db-core';
import { describeEngine, describeEngines } from '@keelson/db-core/testing';
import { expect, it, onTestFinished } from 'vitest';
import { Gate } from './gate.ts';
import { conversation, insertConversation, readConversation, renameConversation } from './queries.ts';

const patient = defineCached('test.patient', {
  dependsOn: (p: { id: string }) => [{ table: 'conversations', key: p.id }],
  load: (user, p) => readConversation(user, p.id),
  staleOnErrorMs: 60_000,
});

describeEngine('postgres', 'a cache whose database can not be reached', (context) => {
  it(
    'gives what it has for a moment, then only what may be old, and all of it when it is back',
    { timeout: 60_000 },
    async () => {
      const url = await context.url();
      const gate = new Gate(url);
      await gate.open();
      onTestFinished(() => gate.shut());
      const events: DatabaseEvent[] = [];
      await using database = openDatabase({
        url: gate.url,
        env: { DATABASE_BREAKER_RESET: '1' },
        onEvent: (event) => events.push(event),
      });
      const ada = database.forUser('ada');
      const id = newId();
      await insertConversation(ada, { id, title: 'old' });
      await database.cache.get(ada, conversation, { id });
      await database.cache.get(ada, patient, { id });

      await gate.shut();
      await context.raw(url).query(`UPDATE conversations SET title = 'new'`);
      await sleep(3500);
      // Whether it is still so can't be known any more.
      await expect(database.cache.get(ada, conversation, { id })).rejects.toMatchObject({ name: expect.any(String) });
      expect(await database.cache.get(ada, patient, { id })).toMatchObject({ title: 'old' });
      expect(database.cache.figures().stale).toBe(1);
      expect(events.find(({ type }) => type === 'cache-stale')).toMatchObject({ name: 'test.patient' });

      await gate.open();
      const isNew = { title: 'new' };
      await expect.poll(() => database.cache.get(ada, patient, { id }), { timeout: 20_000 }).toMatchObject(isNew);
      await expect
        .poll(() => database.cache.get(ada, conversation, { id }).catch(() => undefined), { timeout: 20_000 })
        .toMatchObject(isNew);
    },
  );
});

describeEngines('an old answer', (context) => {
  it('is given only where the query allows it, for as long as it does, and never of a row that is gone', async () => {
    const database = await context.open();
    const ada = database.forUser('ada');
    let isAway = false;
    const define = (name: string, staleOnErrorMs: number) =>
      defineCached(name, {
        dependsOn: (p: { id: string }) => [{ table: 'conversations', key: p.id }],
        load: async (user, p) => {
          if (isAway) throw new ConnectionLostError('The server is away.');
          return (await readConversation(user, p.id))?.title;
        },
        staleOnErrorMs,
      });
    const [strict, brief, long] = [define('test.strict', 0), define('test.brief', 50), define('test.long', 60_000)];
    const id = newId();
    await insertConversation(ada, { id, title: 'old' });
    for (const query of [strict, brief, long]) expect(await database.cache.get(ada, query, { id })).toBe('old');
    isAway = true;
    await renameConversation(ada, { id, title: 'new' });
    await expect(database.cache.get(ada, strict, { id })).rejects.toThrow('away');
    expect(await database.cache.get(ada, long, { id })).toBe('old');
    await sleep(100);
    await expect(database.cache.get(ada, brief, { id })).rejects.toThrow('away');
    isAway = false;
    expect(await database.cache.get(ada, long, { id })).toBe('new');
    isAway = true;
    expect(await database.cache.get(ada, long, { id })).toBe('new');
    await ada.run((db) => db.deleteFrom('conversations').where('id', '=', id));
    await expect(database.cache.get(ada, long, { id })).rejects.toThrow('away');
  });
});
