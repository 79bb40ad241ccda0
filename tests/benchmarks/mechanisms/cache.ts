import { execFile } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { type Database, defineCached, defineQuery, newId, openDatabase, type UserHandle } from '@keelson/db-core';
import { randomFrom } from '../../changes/random.ts';
import type { Figures, MechanismStage } from './contract.ts';

const KEYS = 100_000;
const WRITES = 0.05;
/** Before the measured part, once every key has been read: the tiers are then as they are in the middle of a long day. */
const SETTLING = 20_000;
const MEASURED = 100_000;
/** As much of the same part is enough to say what a read or a write takes without a cache. */
const MEASURED_WITHOUT = 20_000;
const NOTICES = 200;
const HOT = 0.1;
const WARM = 0.4;
const SEED = 20_261_122;

const insert = defineQuery('bench.insert', (db, p: { id: string; title: string; metadata: object; now: Date }) =>
  db
    .insertInto('conversations')
    .values({ id: p.id, title: p.title, metadata: p.metadata as never, created_at: p.now, updated_at: p.now }),
);

const rename = defineQuery('bench.rename', (db, p: { id: string; title: string }) =>
  db.updateTable('conversations').set({ title: p.title }).where('id', '=', p.id),
);

const byId = defineQuery('bench.byId', (db, p: { id: string }) =>
  db
    .selectFrom('conversations')
    .select(['id', 'title', 'status', 'message_count', 'metadata', 'created_at', 'updated_at', 'version'])
    .where('id', '=', p.id),
);

const cached = defineCached('bench.conversation', {
  dependsOn: (p: { id: string }) => [{ table: 'conversations', key: p.id }],
  load: (user, p) => user.first(byId, p),
});

interface Step {
  readonly key: number;
  readonly writes: boolean;
}

/** The same every time. Keys are read and written with the frequencies of Zipf's law, exponent 1. */
function makeTrace(keys: number, length: number): Step[] {
  const random = randomFrom(SEED);
  const sums = new Float64Array(keys);
  let total = 0;
  for (let rank = 0; rank < keys; rank += 1) {
    total += 1 / (rank + 1);
    sums[rank] = total;
  }
  const draw = (): number => {
    const wanted = random() * total;
    let [low, high] = [0, keys - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return Array.from({ length }, () => ({ writes: random() < WRITES, key: draw() }));
}

const WORDS =
  'contract deposit heating invoice landlord moving office please spring regards answer before Friday'.split(' ');

function metadataOf(index: number): object {
  const random = randomFrom(index);
  const words = Array.from(
    { length: 120 },
    () => `${WORDS[Math.floor(random() * WORDS.length)]}${random() < 0.2 ? Math.floor(random() * 10_000) : ''}`,
  );
  return { summary: words.join(' '), labels: words.slice(0, 4), pinned: index % 7 === 0 };
}

async function seed(user: UserHandle, count: number): Promise<string[]> {
  const now = new Date();
  const rows = Array.from({ length: count }, (_, index) => ({
    id: newId(),
    title: `Conversation ${index}`,
    metadata: metadataOf(index),
    now,
  }));
  for (let start = 0; start < count; start += 10_000) await user.runMany(insert, rows.slice(start, start + 10_000));
  return rows.map(({ id }) => id);
}

/** Microseconds a step. */
async function play(
  steps: readonly Step[],
  { ids, user, read }: { ids: readonly string[]; user: UserHandle; read: (id: string) => Promise<unknown> },
): Promise<number> {
  const begun = performance.now();
  for (const [turn, { key, writes }] of steps.entries()) {
    const id = ids[key] ?? '';
    if (writes) await user.run(rename, { id, title: `Conversation ${turn}` });
    else await read(id);
  }
  return ((performance.now() - begun) * 1000) / steps.length;
}

/** By the cache's own measure, of a part. */
async function bytesOfAll(url: string, ids: readonly string[]): Promise<number> {
  await using database = openDatabase({ url, env: {} });
  const user = database.forUser('ada');
  const sample = ids.slice(0, 1000);
  for (const id of sample) await database.cache.get(user, cached, { id });
  const { bytes, entries } = database.cache.figures();
  return (bytes.hot / entries.hot) * ids.length;
}

function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)] ?? 0;
}

/** From the commit in another process to the first read here that gives what it wrote. */
async function noticeDelays(
  database: Database,
  { url, id, count }: { url: string; id: string; count: number },
): Promise<number[]> {
  const user = database.forUser('ada');
  const script = join(import.meta.dirname, 'cache-writing-process.ts');
  const args = ['--conditions=keelson-source', script, url, 'ada', id, String(count)];
  const over = new AbortController();
  const writing = promisify(execFile)(process.execPath, args).finally(() => over.abort());
  const seen = new Map<string, number>();
  while (!over.signal.aborted) {
    const title = String((await database.cache.get(user, cached, { id }))?.title);
    if (!seen.has(title)) seen.set(title, performance.timeOrigin + performance.now());
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const committed = JSON.parse((await writing).stdout) as number[];
  return committed.flatMap((at, turn) => {
    const noticed = seen.get(String(turn));
    return noticed === undefined ? [] : [Math.max(0, noticed - at)];
  });
}

/**
 * A trace of reads and writes by one user in one process, with the cache and without; and how long other processes' writes
 * take to be noticed.
 */
export async function cacheFigures({ engine, url: makeUrl, log, scale }: MechanismStage): Promise<Figures> {
  const url = await makeUrl();
  const size = (full: number): number => Math.max(50, Math.round(full * scale));
  await using seeding = openDatabase({ url, env: {} });
  log(`${size(KEYS)} rows`);
  const ids = await seed(seeding.forUser('ada'), size(KEYS));
  const bytes = await bytesOfAll(url, ids);
  const capOf = (share: number): string => String(Math.max(65_536, Math.round(bytes * share)));

  const trace = makeTrace(ids.length, size(SETTLING) + size(MEASURED));
  const measured = trace.slice(size(SETTLING));
  await using database = openDatabase({ url, env: { CACHE_HOT_BYTES: capOf(HOT), CACHE_WARM_BYTES: capOf(WARM) } });
  const user = database.forUser('ada');
  const read = (id: string): Promise<unknown> => database.cache.get(user, cached, { id });
  log('filling the cache');
  const rarestFirst = ids.toReversed();
  for (let start = 0; start < rarestFirst.length; start += 100)
    await Promise.all(rarestFirst.slice(start, start + 100).map(read));
  await play(trace.slice(0, size(SETTLING)), { ids, user, read });
  const before = database.cache.figures();
  log('the trace with the cache');
  const withMicros = await play(measured, { ids, user, read });
  const after = database.cache.figures();

  log('the trace without');
  await using plain = openDatabase({ url, env: {} });
  const plainUser = plain.forUser('ada');
  const withoutMicros = await play(measured.slice(0, size(MEASURED_WITHOUT)), {
    ids,
    user: plainUser,
    read: (id) => plainUser.first(byId, { id }),
  });

  log("other processes' writes");
  const delays = await noticeDelays(database, { url, id: ids[0] ?? '', count: size(NOTICES) });
  const hot = after.hits.hot - before.hits.hot;
  const warm = after.hits.warm - before.hits.warm;
  const reads = hot + warm + after.misses - before.misses;
  const key = (name: string): string => `${engine}.cache.${name}`;
  return {
    [key('hitRate')]: (hot + warm) / reads,
    [key('hotShare')]: hot / reads,
    [key('withMicros')]: withMicros,
    [key('withoutMicros')]: withoutMicros,
    [key('timeRatio')]: withMicros / withoutMicros,
    [key('noticeP50Ms')]: percentile(delays, 0.5),
    [key('noticeP99Ms')]: percentile(delays, 0.99),
  };
}
