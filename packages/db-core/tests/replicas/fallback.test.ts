import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { afterEach, expect, it } from 'vitest';
import { type Database, type Migration, newId, openDatabase, SerializationError } from '../../src/index.ts';
import { openRaw } from '../../src/testing/raw.ts';
import { currentRun } from '../../src/testing/test-run.ts';
import { startReplicatedServer } from '../../src/testing/index.ts';
import { startProxy } from '../postgres/support.ts';
import { describeReplicas, insert, only, rename, titleOf, titles, until, untilServed, untilState } from './support.ts';

describeReplicas('a replica', (stage) => {
  afterEach(async () => {
    await stage().standby.query('alter system reset all');
    await stage().standby.query('select pg_reload_conf()');
    const [row] = await stage().standby.query('select pg_is_in_recovery() as standby');
    if (row?.['standby'] === true) await stage().standby.query('select pg_wal_replay_resume()');
  });

  /** The states that were told of, in their order. */
  function states(): string[] {
    return stage().events.flatMap((event) => (event.type === 'replica' ? [event.state] : []));
  }

  /** Reads without pause from several places until the work is done. Gives how many reads there were; none may fail. */
  async function readingDuring(database: Database, name: string, work: () => Promise<unknown>): Promise<number> {
    const end = new AbortController();
    let reads = 0;
    const readers = Array.from({ length: 4 }, async () => {
      while (!end.signal.aborted) {
        expect(await database.forUser(name).all(titles)).toHaveLength(1);
        reads += 1;
        await sleep(1);
      }
    });
    await work().finally(() => end.abort());
    await Promise.all(readers);
    return reads;
  }

  it('that is behind by more than it may is not read, until it has caught up', async () => {
    const [database, other] = [stage().open({ maxLagMs: 400 }), stage().open()];
    const { name, id } = await stage().newUser(database);
    await untilServed(database, name);
    await stage().standby.query('select pg_wal_replay_pause()');
    await other.forUser(name).run(rename, { id, title: 'elsewhere' });
    // Another process wrote it: it may be missing for as long as a replica may be behind, and no longer.
    await sleep(400);
    expect(await database.forUser(name).first(titleOf, { id })).toEqual({ title: 'elsewhere' });
    await untilState(database, name, 'behind');
    expect(only(database).lagBytes).toBeGreaterThan(0);
    expect(only(database).reason).toContain('400 ms');
    await stage().standby.query('select pg_wal_replay_resume()');
    await untilServed(database, name);
    expect(states()).toContain('behind');
    expect(states().at(-1)).toBe('following');
  });

  it('that stops loses nobody’s read, and is used again when it is back', async () => {
    const database = stage().open();
    const { name } = await stage().newUser(database);
    await untilServed(database, name);
    await readingDuring(database, name, async () => {
      await sleep(100);
      await stage().replica.stop();
      await until(() => only(database).state === 'unreachable');
      await sleep(300);
      await stage().replica.start();
      await until(() => only(database).state === 'following');
    });
    await untilServed(database, name);
    expect(states()).toContain('unreachable');
    expect(states().at(-1)).toBe('following');
    expect(database.breakerState).toBe('closed');
    expect(stage().events.filter(({ type }) => type === 'breaker')).toEqual([]);
  });

  it('that was never there costs nothing but itself', async () => {
    const database = stage().open({ readUrl: 'postgresql://keelson@127.0.0.1:1/postgres' });
    const { name } = await stage().newUser(database);
    await readingDuring(database, name, () => until(() => only(database).state === 'unreachable'));
    expect(only(database)).toMatchObject({ reads: 0, reason: expect.stringContaining('127.0.0.1:1/postgres') });
  });

  it('that takes connections and says nothing holds up nobody for long', async () => {
    const proxy = await startProxy(stage().replica.url);
    const database = stage().open({ readUrl: proxy.url });
    const { name } = await stage().newUser(database);
    await untilServed(database, name);
    proxy.freeze();
    // Far from the fifteen seconds that a statement may take before its connection is given up.
    const started = performance.now();
    await readingDuring(database, name, () => until(() => only(database).state === 'unreachable'));
    expect(performance.now() - started).toBeLessThan(14_000);
    proxy.close();
  });

  it('that ends connections has their reads repeated on the primary', async () => {
    const database = stage().open();
    const { name } = await stage().newUser(database);
    await untilServed(database, name);
    const reads = await readingDuring(database, name, async () => {
      for (let round = 0; round < 10; round += 1) {
        await stage().standby.query(
          `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'keelson'`,
        );
        await sleep(30);
      }
    });
    expect(reads).toBeGreaterThan(0);
    await untilServed(database, name);
  });

  it('that cancels a reader in favour of its replay has a transaction repeated and a stream ended', async () => {
    const database = stage().open();
    const { name, id } = await stage().newUser(database);
    const user = database.forUser(name);
    for (let row = 0; row < 30; row += 1) await user.run(insert, { id: newId(), title: 'more' });
    await stage().standby.query(`alter system set max_standby_streaming_delay to '50ms'`);
    await stage().standby.query('select pg_reload_conf()');
    await untilServed(database, name);
    const conflict = async (): Promise<void> => {
      // Whoever has read the table holds a lock on it until his end, and this one goes before his.
      await stage().primary.query('begin; lock table conversations in access exclusive mode; commit');
      const [row] = await stage().primary.query('select pg_current_wal_insert_lsn() as place');
      const isReplayed = `select pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '${String(row?.['place'])}') >= -40 as done`;
      await until(async () => (await stage().standby.query(isReplayed))[0]?.['done'] === true);
    };
    let attempts = 0;
    const title = await user.transaction(
      async (tx) => {
        attempts += 1;
        await tx.first(titleOf, { id });
        if (attempts === 1) await conflict();
        return tx.first(titleOf, { id });
      },
      { readOnly: true },
    );
    expect(title).toEqual({ title: '0' });
    expect(attempts).toBe(2);
    expect(only(database).fallbacks).toBe(1);
    await untilServed(database, name);
    const read = (async () => {
      let rows = 0;
      for await (const _ of user.stream(titles, undefined, { chunkSize: 5 })) {
        rows += 1;
        if (rows === 1) await conflict();
      }
    })();
    await expect(read).rejects.toBeInstanceOf(SerializationError);
  });

  it('is not read with statements for tables that it does not have yet', async () => {
    const notes: Migration = {
      name: 'acme_0001_notes',
      up(m) {
        m.createTable('acme_notes', (t) => ({ user_id: t.userId(), id: t.uuid() }), { primaryKey: ['user_id', 'id'] });
      },
      down(m) {
        m.dropTables('acme_notes');
      },
    };
    const old = stage().open();
    const { name } = await stage().newUser(old);
    await untilServed(old, name);
    await old.close();
    await stage().standby.query('select pg_wal_replay_pause()');
    const open = (env: Record<string, string>): Database =>
      openDatabase({ url: stage().server.url, readUrl: stage().replica.url, migrations: [notes], env });
    const database = open({ MIGRATION_AUTO_UPGRADE: 'true' });
    const later = open({});
    const note = { id: newId() } as { id: string; title: string; created_at: Date; updated_at: Date };
    const read = (from: Database): Promise<unknown> =>
      from.forUser(name).all((db) => db.selectFrom('acme_notes' as 'conversations').select('id'));
    for (let round = 0; round < 8; round += 1) {
      expect(await read(database)).toEqual([]);
      expect(await read(later)).toEqual([]);
      await sleep(50);
    }
    for (const each of [database, later]) expect(only(each)).toMatchObject({ reads: 0, fallbacks: 0 });
    await stage().standby.query('select pg_wal_replay_resume()');
    await until(async () => {
      await read(database);
      return only(database).reads > 0;
    });
    await later.close();
    // In a process that knows the replica already: what was written before the table was made anew is gone with it.
    await database.forUser(name).run((db) => db.insertInto('acme_notes' as 'conversations').values(note));
    await until(async () => {
      const before = only(database).reads;
      return isDeepStrictEqual(await read(database), [note]) && only(database).reads > before;
    });
    await stage().standby.query('select pg_wal_replay_pause()');
    const last = (await database.migrations.status()).applied.at(-2)?.name ?? '';
    await database.migrations.rollback({ to: last });
    await database.migrations.migrate();
    for (let round = 0; round < 8; round += 1) {
      expect(await read(database)).toEqual([]);
      await sleep(50);
    }
    await database.migrations.rollback({ to: last });
    await database.close();
  });

  it('that is none, or another server’s, is not read', async () => {
    const elsewhere = await startReplicatedServer();
    try {
      const foreign = await elsewhere.addReplica();
      const url = Object.assign(new URL(currentRun().serverUrl ?? ''), { pathname: '/postgres' }).href;
      const database = stage().open({ readUrl: `${foreign.url},${url},${stage().replica.url}` });
      const { name } = await stage().newUser(database);
      await until(async () => {
        expect(await database.forUser(name).all(titles)).toHaveLength(1);
        return database.replicas().every(({ state }) => state !== 'joining');
      });
      await until(async () => {
        await database.forUser(name).all(titles);
        return (database.replicas()[2]?.reads ?? 0) > 0;
      });
      expect(database.replicas()).toMatchObject([
        { state: 'foreign', reads: 0 },
        { state: 'not-a-replica', reads: 0 },
        { state: 'following' },
      ]);
      await database.close();
    } finally {
      await elsewhere.stop();
    }
  });

  it('that is promoted is left at once', async () => {
    const promoted = await stage().server.addReplica();
    const database = stage().open({ readUrl: promoted.url });
    const { name, id } = await stage().newUser(database);
    await untilServed(database, name);
    await readingDuring(database, name, async () => {
      const raw = openRaw(promoted.url);
      await raw.query('select pg_promote()');
      await raw.close();
      await until(() => only(database).state === 'not-a-replica');
    });
    await database.forUser(name).run(rename, { id, title: 'after' });
    await sleep(300);
    expect(await database.forUser(name).first(titleOf, { id })).toEqual({ title: 'after' });
    expect(states()).toEqual(['following', 'not-a-replica']);
  });
});
