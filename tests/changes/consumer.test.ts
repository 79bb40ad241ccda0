import { setTimeout as sleep } from 'node:timers/promises';
import { type Change, type Database, newId, ResyncRequiredError } from '@keelson/db-core';
import { describeEngines, type EngineContext } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { effects } from './effects.ts';
import { insertConversation, insertEffect } from './queries.ts';

const migrations = [effects];

async function insert(database: Database): Promise<string> {
  const id = newId();
  await database.forUser('ada').run(insertConversation, { id, now: new Date() });
  return id;
}

/** Writes down each change, through whatever handle, in the transaction that the handler is called in. */
async function record(database: Database, consumer: string, changes: readonly Change[]): Promise<void> {
  const system = database.system('a test');
  for (const { operation, key, userId, at } of changes)
    await system.run(insertEffect, { id: newId(), consumer, operation, key, owner: userId, at });
}

/** Has the consumer handle everything up to a new change. */
async function catchUp(database: Database): Promise<void> {
  const id = await insert(database);
  const stop = new AbortController();
  const until = async (changes: readonly Change[]): Promise<void> => {
    if (changes.some(({ key }) => key === id)) stop.abort();
  };
  await database.changes.consume('one', until, stop);
}

async function recorded(context: EngineContext, database: Database): Promise<string[]> {
  const rows = await context.raw(database.config.target.url).query('SELECT key FROM test_effects ORDER BY id');
  return rows.map(({ key }) => String(key));
}

describeEngines('a consumer of changes', (context) => {
  it('is given every change, from the oldest on, and goes on where it ended', async () => {
    const database = await context.open({ migrations });
    const ids = [await insert(database)];
    for (let turn = 0; turn < 3; turn += 1) {
      const stop = new AbortController();
      const consuming = database.changes.consume('one', (changes) => record(database, 'one', changes), {
        signal: stop.signal,
        batchSize: 2,
      });
      for (let number = 0; number < 5; number += 1) ids.push(await insert(database));
      await expect.poll(() => recorded(context, database), { timeout: 10_000 }).toEqual(ids);
      stop.abort();
      await consuming;
      ids.push(await insert(database));
    }
  });

  it('undoes its own writes when it fails, and is given the same again', async () => {
    const database = await context.open({ migrations });
    const id = await insert(database);
    const stop = new AbortController();
    const failing = database.changes.consume(
      'one',
      async (changes) => {
        await record(database, 'one', changes);
        throw new Error('not yet');
      },
      { signal: stop.signal },
    );
    await expect(failing).rejects.toThrow('not yet');
    expect(await recorded(context, database)).toEqual([]);
    const consuming = database.changes.consume('one', (changes) => record(database, 'one', changes), stop);
    await expect.poll(() => recorded(context, database), { timeout: 10_000 }).toEqual([id]);
    stop.abort();
    await consuming;
  });

  it('sees what it changes itself', async () => {
    const database = await context.open({ migrations });
    const first = await insert(database);
    const second = newId();
    const stop = new AbortController();
    const consuming = database.changes.consume(
      'one',
      async (changes) => {
        await record(database, 'one', changes);
        if (changes.some(({ key }) => key === first))
          await database.forUser('ada').run(insertConversation, { id: second, now: new Date() });
      },
      stop,
    );
    await expect.poll(() => recorded(context, database), { timeout: 10_000 }).toEqual([first, second]);
    stop.abort();
    await consuming;
  });

  it('works in one instance at a time, and the other one takes over', async () => {
    const database = await context.open({ migrations });
    const [first, second] = [new AbortController(), new AbortController()];
    const workers: string[] = [];
    const run = (name: string, { signal }: AbortController): Promise<void> =>
      database.changes.consume(
        'one',
        async (changes) => {
          workers.push(name);
          await record(database, name, changes);
        },
        { signal, batchSize: 1, leaseMs: 2000 },
      );
    const one = run('first', first);
    const ids = [await insert(database)];
    await expect.poll(() => workers, { timeout: 10_000 }).toEqual(['first']);
    const two = run('second', second);
    for (let turn = 0; turn < 5; turn += 1) ids.push(await insert(database));
    await expect.poll(() => recorded(context, database), { timeout: 10_000 }).toEqual(ids);
    expect(new Set(workers)).toEqual(new Set(['first']));
    first.abort();
    await one;
    ids.push(await insert(database));
    await expect.poll(() => recorded(context, database), { timeout: 10_000 }).toEqual(ids);
    expect(workers.at(-1)).toBe('second');
    second.abort();
    await two;
  });

  it('keeps nothing more of an instance that lost its lease', async () => {
    const database = await context.open({ migrations });
    const raw = context.raw(database.config.target.url);
    await catchUp(database);
    const stop = new AbortController();
    let calls = 0;
    const other = await insert(database);
    const consuming = database.changes.consume(
      'one',
      async (changes) => {
        calls += 1;
        await record(database, 'one', changes);
      },
      { signal: stop.signal, leaseMs: 60_000 },
    );
    await expect.poll(() => recorded(context, database), { timeout: 10_000 }).toEqual([other]);
    // As another instance does that takes the lease for run out.
    await raw.query(`UPDATE change_consumers SET lease_id = $1`, [newId()]);
    await insert(database);
    await sleep(300);
    expect(calls).toBe(1);
    expect(await recorded(context, database)).toEqual([other]);
    stop.abort();
    await consuming;
  });

  it('is told that it fell behind, and of a new epoch, in the transaction that brings it to now', async () => {
    const database = await context.open({ migrations });
    await catchUp(database);
    for (const [reason, cause] of [
      ['behind', () => database.changes.prune({ keepMs: -60_000 })],
      ['epoch', () => database.changes.startEpoch()],
    ] as const) {
      for (let turn = 0; turn < 3; turn += 1) await insert(database);
      await cause();
      const alone = database.changes.consume('one', async () => undefined, { signal: AbortSignal.timeout(10_000) });
      await expect(alone).rejects.toThrow(ResyncRequiredError);
      const stop = new AbortController();
      const reasons: string[] = [];
      const given: string[] = [];
      const consuming = database.changes.consume(
        'one',
        async (changes) => {
          given.push(...changes.map(({ key }) => key));
        },
        {
          signal: stop.signal,
          onResync: async (told) => {
            reasons.push(told);
          },
        },
      );
      await expect.poll(() => reasons, { timeout: 10_000 }).toEqual([reason]);
      const id = await insert(database);
      await expect.poll(() => given, { timeout: 10_000 }).toEqual([id]);
      stop.abort();
      await consuming;
    }
  });
});
