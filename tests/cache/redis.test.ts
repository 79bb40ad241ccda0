import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, type DatabaseEvent, newId, openDatabase } from '@keelson/db-core';
import type { EngineContext } from '@keelson/db-core/testing';
import { createClient } from '@redis/client';
import { expect, it, onTestFinished } from 'vitest';
import { Child } from '../support/child.ts';
import { describeWithRedis, RedisServer } from '../support/redis-server.ts';
import { allVersions, conversation, insertConversation, renameConversation } from './queries.ts';

const SEED = Number(process.env['KEELSON_TEST_SEED'] ?? 20_261_122);
const pausedProcess = join(import.meta.dirname, 'paused-process.ts');
const readingProcess = join(import.meta.dirname, 'reading-process.ts');
const bumpingProcess = join(import.meta.dirname, 'bumping-process.ts');

interface Opened extends AsyncDisposable {
  readonly database: Database;
  readonly events: readonly DatabaseEvent[];
}

/** Opens the database with the shared tier, and waits until it is in use. */
async function openShared(url: string, redis: string): Promise<Opened> {
  const events: DatabaseEvent[] = [];
  const database = openDatabase({ url, env: { CACHE_REDIS_URL: redis }, onEvent: (event) => events.push(event) });
  const opened = { database, events, [Symbol.asyncDispose]: () => database.close() };
  await joined(opened, 1);
  return opened;
}

/** Waits until the shared tier has come into use so often. */
async function joined({ database, events }: Omit<Opened, typeof Symbol.asyncDispose>, times: number): Promise<void> {
  const count = (): number => events.filter((event) => event.type === 'cache-store' && event.state === 'joined').length;
  const look = async (): Promise<number> => {
    database.cache.clear();
    await database.cache.get(database.forUser('somebody'), allVersions);
    return count();
  };
  await expect.poll(look, { timeout: 15_000, interval: 20 }).toBeGreaterThanOrEqual(times);
}

async function seeded(context: EngineContext): Promise<{ url: string; id: string }> {
  const url = await context.url();
  const id = newId();
  await using database = openDatabase({ url, env: {} });
  await insertConversation(database.forUser('ada'), { id, title: 'old' });
  return { url, id };
}

describeWithRedis('a warm tier in Redis', (context) => {
  it('gives one process what another one has read, with the same types', { timeout: 60_000 }, async () => {
    const redis = await RedisServer.start();
    const { url, id } = await seeded(context);
    await using one = await openShared(url, redis.url);
    await using two = await openShared(url, redis.url);
    const read = await one.database.cache.get(one.database.forUser('ada'), conversation, { id });
    await sleep(50);
    const before = two.database.cache.figures();
    expect(await two.database.cache.get(two.database.forUser('ada'), conversation, { id })).toStrictEqual(read);
    expect(read?.created_at).toBeInstanceOf(Date);
    const after = two.database.cache.figures();
    expect([after.hits.warm - before.hits.warm, after.loads - before.loads]).toEqual([1, 0]);
    expect(await two.database.cache.get(two.database.forUser('bob'), conversation, { id })).toBeUndefined();
    // Neither names nor ids can be read from the keys.
    const client = createClient({ url: redis.url });
    await client.connect();
    const keys = await client.keys('*');
    client.destroy();
    expect(keys.length).toBeGreaterThan(3);
    expect(keys.filter((key) => key.includes('ada') || key.includes(id))).toEqual([]);
  });

  it('gives nothing old after a write of this process or of another', { timeout: 60_000 }, async () => {
    const redis = await RedisServer.start();
    const { url, id } = await seeded(context);
    await using first = await openShared(url, redis.url);
    await using second = await openShared(url, redis.url);
    const [one, two] = [first.database, second.database];
    const titleIn = async (database: Database): Promise<string | null | undefined> =>
      (await database.cache.get(database.forUser('ada'), conversation, { id }))?.title;
    for (let turn = 0; turn < 10; turn += 1) {
      await Promise.all([titleIn(one), titleIn(two)]);
      await sleep(10);
      const title = `title ${turn}`;
      await renameConversation(one.forUser('ada'), { id, title });
      expect(await titleIn(one)).toBe(title);
      await expect.poll(() => titleIn(two), { interval: 2, timeout: 1000 }).toBe(title);
    }
  });

  it('takes no old answer from a process that stood still while it read', { timeout: 60_000 }, async () => {
    const redis = await RedisServer.start();
    const { url, id } = await seeded(context);
    await using opened = await openShared(url, redis.url);
    const { database } = opened;
    const ada = database.forUser('ada');
    const child = new Child(pausedProcess, [url, redis.url, id, '800']);
    expect(await child.line()).toBe('has read');
    await renameConversation(ada, { id, title: 'new' });
    const seen = new Set<string | null | undefined>();
    const over = new AbortController();
    const ended = child.ended().finally(() => over.abort());
    while (!over.signal.aborted) {
      // What is in this process's own memory would hide what is in Redis.
      database.cache.clear();
      const { title } = (await database.cache.get(ada, conversation, { id })) ?? {};
      seen.add(title);
      await sleep(5);
    }
    expect([...seen]).toEqual(['new']);
    expect((await ended).lines).toEqual(['has read', 'gave old', 'now new']);
  });

  it('knows of changes that were made while nobody followed', { timeout: 60_000 }, async () => {
    const redis = await RedisServer.start();
    const { url, id } = await seeded(context);
    const readOnce = async (): Promise<string | null | undefined> => {
      await using opened = await openShared(url, redis.url);
      const { cache } = opened.database;
      const found = await cache.get(opened.database.forUser('ada'), conversation, { id });
      await sleep(50);
      return found?.title;
    };
    for (const title of ['new', 'newer', 'newest']) {
      await readOnce();
      await using alone = openDatabase({ url, env: {} });
      await renameConversation(alone.forUser('ada'), { id, title });
      expect(await readOnce()).toBe(title);
    }
    // Nor after the feed has begun anew.
    await using alone = openDatabase({ url, env: {} });
    await renameConversation(alone.forUser('ada'), { id, title: 'of the next epoch' });
    await alone.changes.startEpoch();
    expect(await readOnce()).toBe('of the next epoch');
  });

  it('is done without while it is away, and used again when it is back', { timeout: 60_000 }, async () => {
    const redis = await RedisServer.start();
    const { url, id } = await seeded(context);
    await using opened = await openShared(url, redis.url);
    const { database, events } = opened;
    const ada = database.forUser('ada');
    const paused = (): number =>
      events.filter((event) => event.type === 'cache-store' && event.state === 'paused').length;
    const readAnew = async (): Promise<string | null | undefined> => {
      database.cache.clear();
      return (await database.cache.get(ada, conversation, { id }))?.title;
    };

    redis.freeze();
    const begun = performance.now();
    expect(await readAnew()).toBe('old');
    expect(performance.now() - begun).toBeLessThan(5000);
    await expect.poll(paused).toBe(1);
    await renameConversation(ada, { id, title: 'new' });
    expect(await readAnew()).toBe('new');
    redis.thaw();
    await joined(opened, 2);
    expect(await readAnew()).toBe('new');

    await redis.stop();
    await renameConversation(ada, { id, title: 'newer' });
    expect(await readAnew()).toBe('newer');
    await expect.poll(paused).toBe(2);
    await redis.start();
    await joined(opened, 3);
    expect(await readAnew()).toBe('newer');
    await sleep(50);
    const before = database.cache.figures().hits.warm;
    expect(await readAnew()).toBe('newer');
    expect(database.cache.figures().hits.warm).toBe(before + 1);
  });

  it("takes nothing that is not Keelson's for an answer", { timeout: 60_000 }, async () => {
    const redis = await RedisServer.start();
    const { url, id } = await seeded(context);
    await using opened = await openShared(url, redis.url);
    const { database } = opened;
    const ada = database.forUser('ada');
    const client = createClient({ url: redis.url });
    await client.connect();
    onTestFinished(() => client.destroy());
    for (const rubbish of ['', 'rubbish', '\u0001\u0001\u0000', 'x'.repeat(1000)]) {
      await database.cache.get(ada, conversation, { id });
      await sleep(20);
      for (const key of await client.keys('*:answer:*')) await client.set(key, rubbish);
      database.cache.clear();
      expect((await database.cache.get(ada, conversation, { id }))?.title).toBe('old');
    }
  });

  it('says at once when the client is not there or the address is none', () => {
    for (const address of ['localhost:6379', 'http://localhost', 'redis//x'])
      expect(() => openDatabase({ url: 'sqlite:///x.db', env: { CACHE_REDIS_URL: address } })).toThrow('rediss://');
  });

  it(`has nothing old beside writers and readers in other processes (seed ${SEED})`, { timeout: 120_000 }, async () => {
    const redis = await RedisServer.start();
    const url = await context.url();
    await using database = openDatabase({ url, env: {} });
    const ada = database.forUser('ada');
    for (let row = 0; row < 12; row += 1) await insertConversation(ada, { id: newId(), title: 'a title' });
    const readers = [1, 2].map((number) => new Child(readingProcess, [url, 'ada', redis.url, String(SEED + number)]));
    await Promise.all(readers.map((child) => child.line()));
    const writers = [3, 4].map((number) => new Child(bumpingProcess, [url, 'ada', '80', String(SEED + number)]));
    await Promise.all(writers.map((child) => child.ended()));
    for (const child of readers) child.stop();
    for (const child of readers) {
      const { stale } = await child.result<{ stale: string[] }>();
      expect(stale).toEqual([]);
    }
  });
});
