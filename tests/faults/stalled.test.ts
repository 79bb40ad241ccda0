import {
  AmbiguousCommitError,
  ConnectionLostError,
  type Database,
  type DatabaseEvent,
  KeelsonError,
  openDatabase,
} from '@keelson/db-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { refusalOf } from '../support/refusal.ts';
import { isLong, migrate } from './form.ts';
import { faultsOf, Load } from './load.ts';
import { Proxy } from './proxy.ts';
import { useServer } from './server.ts';

/** The long form has the defaults: 30 s to connect, 10 s for a statement. */
const deadlines: Readonly<Record<string, string>> = isLong
  ? {}
  : { DATABASE_TIMEOUT: '0.6', DATABASE_STATEMENT_TIMEOUT: '0.5', DATABASE_BREAKER_RESET: '0.3' };
const connectMs = isLong ? 30_000 : 600;
/** The server's limit and what this side gives it on top. */
const answerMs = isLong ? 15_000 : 1500;
/** How much later than its deadline something may come, on a machine that is busy. */
const LATE_MS = 5000;

function read(database: Database): Promise<unknown> {
  return database.forUser('ada').all((db) => db.selectFrom('conversations').select('id').limit(1));
}

function insert(database: Database, title: string): Promise<unknown> {
  return database.forUser('ada').run((db) =>
    db.insertInto('conversations').values({
      id: crypto.randomUUID(),
      title,
      created_at: new Date(),
      updated_at: new Date(),
    }),
  );
}

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; ms: number }> {
  const started = performance.now();
  return { result: await work(), ms: performance.now() - started };
}

describe('a line that goes dead without a word', () => {
  const server = useServer();

  async function open(env: Readonly<Record<string, string>> = {}) {
    const direct = await server.create();
    const proxy = await Proxy.start(direct);
    const events: DatabaseEvent[] = [];
    await migrate({ url: direct, env: {} });
    const database = openDatabase({
      url: proxy.url,
      env: { ...deadlines, ...env },
      onEvent: (event) => events.push(event),
    });
    onTestFinished(async () => {
      proxy.resume();
      await database.close();
      proxy.close();
    });
    await read(database);
    const titles = async (): Promise<string[]> =>
      (await server.query(direct, 'select title from conversations')).map(({ title }) => String(title));
    return { proxy, database, events, titles };
  }

  it('ends a statement at its deadline, and its connection with it', async () => {
    const { proxy, database } = await open();
    const before = proxy.open;
    proxy.stall();
    const { result: error, ms } = await timed(() => refusalOf(read(database)));
    expect(error).toBeInstanceOf(ConnectionLostError);
    expect(error.message).toContain('no answer within');
    expect(ms).toBeGreaterThan(answerMs - 50);
    expect(ms).toBeLessThan(answerMs + LATE_MS);
    await expect.poll(() => proxy.open).toBe(before - 1);
    expect(database.pool()).toMatchObject({ inUse: 0, waiting: 0 });
    proxy.resume();
    await read(database);
  });

  it('ends connecting at its deadline', async () => {
    const { proxy, database } = await open();
    proxy.stall();
    // The one that is there first, then a new one.
    await refusalOf(read(database));
    const { result: error, ms } = await timed(() => refusalOf(read(database)));
    expect(error).toMatchObject({ code: 'CONNECTION_TIMEOUT', retriable: true, status: 503 });
    expect(ms).toBeGreaterThan(connectMs - 50);
    expect(ms).toBeLessThan(connectMs + LATE_MS);
    await expect.poll(() => proxy.open).toBe(0);
    proxy.resume();
    await read(database);
  });

  it('has a transaction done again once it works, and once only', async () => {
    const { proxy, database, events, titles } = await open();
    let attempts = 0;
    await database.transaction('ada', async () => {
      attempts += 1;
      await insert(database, `first`);
      if (attempts === 1) {
        proxy.stall();
        setTimeout(() => proxy.resume(), answerMs + 100);
      }
      await insert(database, `second`);
    });
    expect(attempts).toBeGreaterThan(1);
    expect(events.filter(({ type }) => type === 'retry')).toHaveLength(attempts - 1);
    expect((await titles()).sort()).toEqual([`first`, `second`]);
  });

  it('leaves a commit in doubt, which is told and not done again', async () => {
    const { proxy, database, events, titles } = await open();
    const error = await refusalOf(
      database.transaction('ada', async () => {
        await insert(database, 'in doubt');
        proxy.stall();
      }),
    );
    expect(error).toBeInstanceOf(AmbiguousCommitError);
    expect(events.filter(({ type }) => type === 'retry')).toEqual([]);
    proxy.resume();
    expect(['', 'in doubt']).toContain((await titles()).join());
  });

  it('leaves a write on its own in doubt as well', async () => {
    const { proxy, database, events } = await open();
    proxy.stall();
    expect(await refusalOf(insert(database, 'in doubt'))).toBeInstanceOf(AmbiguousCommitError);
    expect(events.filter(({ type }) => type === 'retry')).toEqual([]);
  });

  it('under load loses nothing that was acknowledged, and the pool recovers', async () => {
    const { proxy, database, titles } = await open();
    const load = new Load(database, 'writer');
    load.start(8);
    await expect.poll(() => load.acknowledged, { timeout: 30_000 }).toBeGreaterThan(50);
    proxy.stall();
    await expect.poll(() => database.breakerState, { timeout: 60_000 }).not.toBe('closed');
    const before = load.acknowledged;
    proxy.resume();
    await expect.poll(() => load.acknowledged, { timeout: 60_000 }).toBeGreaterThan(before + 50);
    const outcome = await load.stop();
    expect(faultsOf([outcome], await titles())).toEqual([]);
    expect(database.pool()).toMatchObject({ inUse: 0, waiting: 0 });
    expect(database.breakerState).toBe('closed');
  });

  it('does not keep who follows changes from seeing them when it works again', async () => {
    const { proxy, database } = await open();
    const stop = new AbortController();
    const seen: string[] = [];
    const after = await database.changes.position();
    const following = (async () => {
      for await (const { table } of database.changes.follow({ after, signal: stop.signal })) seen.push(table);
    })();
    await insert(database, 'before');
    await expect.poll(() => seen.length, { timeout: 10_000 }).toBe(1);
    proxy.stall();
    expect(await insert(database, 'meanwhile').catch((error: unknown) => error)).toBeInstanceOf(KeelsonError);
    proxy.resume();
    await expect
      .poll(
        () =>
          insert(database, 'after').then(
            () => true,
            () => false,
          ),
        { timeout: 60_000 },
      )
      .toBe(true);
    await expect.poll(() => seen.length, { timeout: 60_000 }).toBeGreaterThanOrEqual(2);
    stop.abort();
    await following;
  });
});
