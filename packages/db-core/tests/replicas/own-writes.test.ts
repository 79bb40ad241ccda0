import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { type Database, defineSystemQuery, newId } from '../../src/index.ts';
import { describeReplicas, insert, only, rename, titleOf, untilServed } from './support.ts';

const ROUNDS = 25;

describeReplicas('whoever wrote', (stage) => {
  afterEach(async () => {
    await stage().standby.query('alter system reset all');
    await stage().standby.query('select pg_reload_conf(), pg_wal_replay_resume()');
  });

  /** Makes the replica stop and go, so that it is behind most of the time and by ever another distance. */
  async function stumble(work: Promise<unknown>): Promise<void> {
    const end = new AbortController();
    const done = work.finally(() => end.abort());
    while (!end.signal.aborted) {
      await stage().standby.query('select pg_wal_replay_pause()');
      await sleep(Math.random() * 60);
      await stage().standby.query('select pg_wal_replay_resume()');
      await sleep(Math.random() * 120);
    }
    await done;
  }

  /** Every way to write, each followed by a read that has to show it. */
  async function writeAndRead(database: Database, pauseMs: () => number): Promise<void> {
    const { name, id } = await stage().newUser(database);
    const user = database.forUser(name);
    const ways: ((title: string) => Promise<unknown>)[] = [
      (title) => user.run(rename, { id, title }),
      (title) => database.transaction(name, (tx) => tx.run(rename, { id, title })),
      (title) => user.runMany(rename, [{ id, title }]),
      (title) => database.system('test').run(renameAny, { id, title }),
      (title) => database.system('test').transaction(() => user.run(rename, { id, title })),
    ];
    for (let round = 0; round < ROUNDS; round += 1) {
      const title = String(round);
      await ways[round % ways.length]?.(title);
      expect(await user.first(titleOf, { id })).toEqual({ title });
      await sleep(pauseMs());
      expect(await user.first(titleOf, { id })).toEqual({ title });
    }
  }

  const renameAny = defineSystemQuery('test.renameAny', (db, p: { id: string; title: string }) =>
    db.updateTable('conversations').set({ title: p.title }).where('id', '=', p.id),
  );

  it('reads it, while the replica stumbles after', async () => {
    const database = stage().open();
    const writers = Array.from({ length: 4 }, () => writeAndRead(database, () => Math.random() * 150));
    await stumble(Promise.all(writers));
    expect(only(database).reads).toBeGreaterThan(0);
  });

  it('reads it, while the replica delays what it applies', async () => {
    await stage().standby.query(`alter system set recovery_min_apply_delay to '80ms'`);
    await stage().standby.query('select pg_reload_conf()');
    const database = stage().open();
    await Promise.all(Array.from({ length: 4 }, () => writeAndRead(database, () => Math.random() * 250)));
    expect(only(database).reads).toBeGreaterThan(0);
  });

  it('before this process began reads it', async () => {
    const before = stage().open();
    const { name, id } = await stage().newUser(before);
    await untilServed(before, name);
    await stage().standby.query('select pg_wal_replay_pause()');
    await before.forUser(name).run(rename, { id, title: 'before' });
    await before.close();
    const database = stage().open();
    for (let round = 0; round < 10; round += 1) {
      expect(await database.forUser(name).first(titleOf, { id })).toEqual({ title: 'before' });
      await sleep(50);
    }
    expect(only(database).reads).toBe(0);
    await stage().standby.query('select pg_wal_replay_resume()');
    await untilServed(database, name);
    expect(await database.forUser(name).first(titleOf, { id })).toEqual({ title: 'before' });
  });

  it('elsewhere is read by whoever was told of it by the change feed', async () => {
    const [here, elsewhere] = [stage().open(), stage().open()];
    const { name, id } = await stage().newUser(elsewhere);
    await untilServed(here, name);
    await untilServed(elsewhere, name);
    const stop = new AbortController();
    const written = Array.from({ length: 25 }, () => newId());
    const following = (async () => {
      const missing: string[] = [];
      let seen = 0;
      for await (const change of here.changes.follow({ userId: name, signal: stop.signal })) {
        const key = written.find((each) => change.key.includes(each));
        if (key === undefined) continue;
        if ((await here.forUser(name).first(titleOf, { id: key })) === undefined) missing.push(key);
        seen += 1;
        if (seen === written.length) break;
      }
      return missing;
    })();
    const reading = (async () => {
      while (!stop.signal.aborted) {
        await here.forUser(name).first(titleOf, { id });
        await sleep(5);
      }
    })();
    const writing = (async () => {
      await sleep(300);
      for (const key of written) {
        await elsewhere.forUser(name).run(insert, { id: key, title: 'x' });
        await sleep(Math.random() * 100);
      }
    })();
    await stumble(writing);
    expect(await following).toEqual([]);
    stop.abort();
    await reading;
    expect(only(here).reads).toBeGreaterThan(1);
  });
});
