import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Change,
  type Database,
  type Migration,
  newId,
  ResyncRequiredError,
  ValidationError,
} from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { deleteConversation, insertConversation, renameConversation } from './queries.ts';

const notes: Migration = {
  name: 'test_0001_notes',
  up(m) {
    m.createTable('test_notes', (t) => ({ user_id: t.userId(), id: t.uuid() }), { primaryKey: ['user_id', 'id'] });
    m.trackChanges('test_notes');
  },
  down(m) {
    m.untrackChanges('test_notes');
    m.dropTables('test_notes');
  },
};

async function insert(database: Database, userId: string, id = newId()): Promise<string> {
  await database.forUser(userId).run(insertConversation, { id, now: new Date() });
  return id;
}

function brief({ table, operation, key, userId }: Change): string {
  return `${operation} ${table} ${key} of ${userId}`;
}

/** Everything after a position, read in small batches. */
async function rest(
  database: Database,
  options: { after?: string; userId?: string; limit?: number },
): Promise<Change[]> {
  const found: Change[] = [];
  let after = options.after;
  for (;;) {
    const batch = await database.changes.read({ ...options, after });
    found.push(...batch.changes);
    if (!batch.more) return found;
    after = batch.position;
  }
}

describeEngines('the change feed', (context) => {
  it('tells what was inserted, updated and deleted, in this order', async () => {
    const database = await context.open();
    const id = await insert(database, 'ada');
    await database.forUser('ada').run(renameConversation, { id, title: 'another' });
    await database.forUser('ada').run(deleteConversation, { id });
    const { changes, more } = await database.changes.read();
    expect(changes.map(brief)).toEqual(
      ['insert', 'update', 'delete'].map((operation) => `${operation} conversations ${id} of ada`),
    );
    expect(more).toBe(false);
    expect(Math.abs(Date.now() - changes[0]!.at.getTime())).toBeLessThan(60_000);
  });

  it('tells every row of a bulk write, in any size of batch', async () => {
    const database = await context.open();
    const rows = Array.from({ length: 25 }, () => ({ id: newId(), now: new Date() }));
    await database.forUser('ada').runMany(insertConversation, rows);
    for (const limit of [1, 7, 25, 500]) {
      expect((await rest(database, { limit })).map(({ key }) => key)).toEqual(rows.map(({ id }) => id));
    }
    const { changes } = await database.changes.read();
    expect((await rest(database, { after: changes[9]!.position })).map(({ key }) => key)).toEqual(
      rows.slice(10).map(({ id }) => id),
    );
  });

  it('never tells what was rolled back, also to a savepoint', async () => {
    const database = await context.open();
    const [kept, lost, undone] = [newId(), newId(), newId()];
    await database.transaction('ada', async (ada) => {
      await ada.run(insertConversation, { id: kept, now: new Date() });
      await ada
        .savepoint(async () => {
          await ada.run(insertConversation, { id: lost, now: new Date() });
          throw new Error('no');
        })
        .catch(() => undefined);
    });
    await database
      .transaction('ada', async (ada) => {
        await ada.run(insertConversation, { id: undone, now: new Date() });
        throw new Error('no');
      })
      .catch(() => undefined);
    expect((await rest(database, {})).map(({ key }) => key)).toEqual([kept]);
  });

  it('tells what a savepoint kept', async () => {
    const database = await context.open();
    const start = await database.changes.position();
    const ids = [newId(), newId()];
    await database.transaction('ada', async (ada) => {
      await ada.savepoint(() => ada.run(insertConversation, { id: ids[0]!, now: new Date() }));
      expect((await database.changes.read({ after: start })).changes).toEqual([]);
      await ada.run(insertConversation, { id: ids[1]!, now: new Date() });
    });
    expect((await rest(database, { after: start })).map(({ key }) => key)).toEqual(ids);
  });

  it("shows a user nothing of another's", async () => {
    const database = await context.open();
    const adas: string[] = [];
    for (let turn = 0; turn < 10; turn += 1) {
      adas.push(await insert(database, 'ada'));
      await insert(database, 'eve');
    }
    for (const limit of [1, 3, 500]) {
      const seen = await rest(database, { userId: 'ada', limit });
      expect(seen.map(({ key }) => key)).toEqual(adas);
      expect(JSON.stringify(seen)).not.toContain('eve');
    }
    // A position that comes from another user's reading gives no more.
    const { position } = await database.changes.read({ userId: 'eve', limit: 2 });
    const seen = await rest(database, { userId: 'ada', after: position });
    expect(seen.every(({ userId }) => userId === 'ada')).toBe(true);
  });

  it('wakes those who follow, in this process and from another connection', async () => {
    const database = await context.open();
    const raw = context.raw(database.config.target.url);
    const stop = new AbortController();
    const seen: string[] = [];
    const start = await database.changes.position();
    const following = (async () => {
      for await (const change of database.changes.follow({ after: start, signal: stop.signal })) seen.push(change.key);
    })();
    const own = await insert(database, 'ada');
    const other = newId();
    await raw.query(
      `INSERT INTO conversations (user_id, id, created_at, updated_at) SELECT 'ada', $1, created_at, updated_at FROM conversations WHERE id = $2`,
      [other, own],
    );
    await expect.poll(() => seen, { timeout: 10_000, interval: 5 }).toEqual([own, other]);
    stop.abort();
    await following;
  });

  it('follows from now, and ends by return and with the database', async () => {
    const database = await context.open();
    await insert(database, 'ada');
    const iterator = database.changes.follow();
    const next = iterator.next();
    const later: string[] = [];
    const isTold = (): Promise<boolean> => Promise.race([next.then(() => true), sleep(20).then(() => false)]);
    do later.push(await insert(database, 'ada'));
    while (!(await isTold()) && later.length < 200);
    // When it begins is up to it, but not before it is asked.
    const { key } = (await next).value as Change;
    expect(later).toContain(key);
    await iterator.return?.();
    const last = database.changes.follow().next();
    await sleep(50);
    await database.close();
    expect(await last).toEqual({ done: true, value: undefined });
  });

  it('refuses what is no position', async () => {
    const database = await context.open();
    await expect(database.changes.read({ after: 'nonsense' })).rejects.toThrow(ValidationError);
    await expect(database.changes.read({ limit: 0 })).rejects.toThrow(ValidationError);
  });

  it('asks for a resync after a new epoch', async () => {
    const database = await context.open();
    await insert(database, 'ada');
    const before = await database.changes.position();
    await database.changes.startEpoch();
    await expect(database.changes.read({ after: before })).rejects.toThrow(ResyncRequiredError);
    const start = await database.changes.position();
    const id = await insert(database, 'ada');
    expect((await rest(database, { after: start })).map(({ key }) => key)).toEqual([id]);
    expect((await rest(database, {})).map(({ key }) => key)).toEqual([id]);
  });

  it('removes old entries, and asks for a resync where they are missed', async () => {
    const database = await context.open();
    const start = await database.changes.position();
    for (let turn = 0; turn < 10; turn += 1) await insert(database, 'ada');
    const { changes } = await database.changes.read();
    expect(await database.changes.prune({ keepMs: 3_600_000 })).toBe(0);
    expect(await database.changes.prune({ keepRows: 4 })).toBe(6);
    await expect(database.changes.read({ after: start })).rejects.toMatchObject({ details: { reason: 'behind' } });
    await expect(database.changes.read()).rejects.toThrow(ResyncRequiredError);
    const now = await database.changes.position();
    // Even the youngest are too old: one stays, from which the next takes its number.
    expect(await database.changes.prune({ keepMs: -60_000 })).toBe(3);
    expect(changes).toHaveLength(10);
    const id = await insert(database, 'ada');
    expect((await rest(database, { after: now })).map(({ key }) => key)).toEqual([id]);
  });

  it('tells of a row that moves to another key', async () => {
    const database = await context.open();
    const raw = context.raw(database.config.target.url);
    const [before, after] = [await insert(database, 'ada'), newId()];
    const start = await database.changes.position();
    await raw.query('UPDATE conversations SET id = $1 WHERE id = $2', [after, before]);
    const seen = (await rest(database, { after: start })).map(brief).sort();
    expect(seen).toEqual([`delete conversations ${before} of ada`, `update conversations ${after} of ada`]);
  });

  it("tells of an application's own tables, and not once they aren't tracked any more", async () => {
    const database = await context.open({ migrations: [notes] });
    const raw = context.raw(database.config.target.url);
    const insertNote = (id: string): Promise<unknown> =>
      raw.query(`INSERT INTO test_notes (user_id, id) VALUES ('ada', $1)`, [id]);
    const id = newId();
    await insertNote(id);
    expect((await rest(database, {})).map(brief)).toEqual([`insert test_notes ${id} of ada`]);
    expect((await database.migrations.rollback()).done.map(({ name }) => name)).toEqual([notes.name]);
  });
});
