import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { newId, openDatabase } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { Child } from '../support/child.ts';
import { insertConversation } from './queries.ts';
import { readAtRandom, staleAnswers } from './readers.ts';

const WRITERS = 3;
const TURNS = 150;
const ROWS = 12;
const SEED = Number(process.env['KEELSON_TEST_SEED'] ?? 20_261_122);
const writer = join(import.meta.dirname, 'bumping-process.ts');

describeEngines(`a cache beside writers in other processes (seed ${SEED})`, (context) => {
  it('never goes back, and has nothing old once the feed has told', { timeout: 120_000 }, async () => {
    const database = await context.open({ env: { CACHE_HOT_BYTES: '65536', CACHE_WARM_BYTES: '65536' } });
    const { url } = database.config.target;
    const ada = database.forUser('ada');
    for (let row = 0; row < ROWS; row += 1) await insertConversation(ada, { id: newId(), title: 'a title' });
    const writers = Array.from(
      { length: WRITERS },
      (_, number) => new Child(writer, [url, 'ada', String(TURNS), String(SEED + number)]),
    );
    const stop = new AbortController();
    const reading = [1, 2, 3].map(async (number) => {
      const seen = new Map<string, number>();
      await readAtRandom(database, {
        userId: 'ada',
        seed: SEED + 100 + number,
        signal: stop.signal,
        onVersion: (answer, version) => {
          expect(version).toBeGreaterThanOrEqual(seen.get(answer) ?? 0);
          seen.set(answer, version);
        },
      });
    });
    const writing = Promise.all(writers.map((child) => child.ended())).finally(() => stop.abort());
    await Promise.all([writing, ...reading]);
    await sleep(300);
    expect(await staleAnswers(database, 'ada')).toEqual([]);
    const figures = database.cache.figures();
    expect(figures.invalidations).toBeGreaterThan(20);
    expect(figures.hits.hot).toBeGreaterThan(100);
  });

  it('is told as quickly as the feed is', { timeout: 60_000 }, async () => {
    const url = await context.url();
    await using database = openDatabase({ url, env: {} });
    await insertConversation(database.forUser('ada'), { id: newId(), title: 'a title' });
    const child = new Child(writer, [url, 'ada', '50', String(SEED)]);
    await child.line();
    const stop = new AbortController();
    const reading = readAtRandom(database, { userId: 'ada', seed: SEED, signal: stop.signal });
    await Promise.all([child.ended().finally(() => stop.abort()), reading]);
    await expect.poll(() => staleAnswers(database, 'ada'), { timeout: 1000, interval: 10 }).toEqual([]);
  });
});
