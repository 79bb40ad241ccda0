import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { Child } from '../support/child.ts';
import { say } from '../support/script.ts';
import { effects } from './effects.ts';
import { randomFrom } from './random.ts';

const WRITERS = 3;
const TURNS = 120;
/** Two instances of one name, and another name. */
const CONSUMERS = ['one', 'one', 'two'];
const KILLS = 8;
const SEED = Number(process.env['KEELSON_TEST_SEED'] ?? 20_261_122);

const writer = join(import.meta.dirname, 'writer-process.ts');
const consumer = join(import.meta.dirname, 'consumer-process.ts');

function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)] ?? 0;
}

describeEngines(`consumers that are killed (seed ${SEED})`, (context) => {
  it('let every change take effect exactly once, while writers are killed, too', { timeout: 120_000 }, async () => {
    const url = await context.url({ migrations: [effects] });
    const raw = context.raw(url);
    const random = randomFrom(SEED);
    const start = (name: string): Child => new Child(consumer, [url, name]);
    const consumers = CONSUMERS.map(start);
    const writers = Array.from(
      { length: WRITERS },
      (_, number) => new Child(writer, [url, `user ${number}`, String(TURNS), String(SEED + number)]),
    );

    const database = openDatabase({ url, env: {}, migrations: [effects] });
    const stop = new AbortController();
    const lags: number[] = [];
    const begin = await database.changes.position();
    const following = (async () => {
      for await (const { at } of database.changes.follow({ after: begin, signal: stop.signal }))
        lags.push(Date.now() - at.getTime());
    })();

    try {
      for (let kill = 0; kill < KILLS; kill += 1) {
        await sleep(200 + random() * 500);
        const index = Math.floor(random() * consumers.length);
        await consumers[index]!.kill();
        consumers[index] = start(CONSUMERS[index]!);
        if (kill === 4) await writers[0]!.kill();
      }
      await Promise.all(writers.map((child) => child.ended()));

      const made = await raw.query('SELECT id, version FROM conversations');
      const expected = new Map<string, number>();
      for (const { id, version } of made) {
        expected.set(`insert ${String(id)}`, 1);
        if (Number(version) > 1) expected.set(`update ${String(id)}`, Number(version) - 1);
      }
      const total = [...expected.values()].reduce((sum, count) => sum + count, 0);
      const countOf = async (name: string): Promise<number> =>
        Number(
          (await raw.query('SELECT count(*) AS counted FROM test_effects WHERE consumer = $1', [name]))[0]?.['counted'],
        );
      for (const name of new Set(CONSUMERS)) {
        await expect.poll(() => countOf(name), { timeout: 30_000, interval: 100 }).toBe(total);
        const rows = await raw.query(
          `SELECT operation, key, count(*) AS counted FROM test_effects WHERE consumer = $1 GROUP BY operation, key`,
          [name],
        );
        const seen = new Map(
          rows.map(({ operation, key, counted }) => [`${String(operation)} ${String(key)}`, Number(counted)]),
        );
        expect(seen).toEqual(expected);
      }
      expect(made.length).toBeGreaterThan(WRITERS * 10);
      await expect.poll(() => lags.length, { timeout: 10_000 }).toBe(total);
      say(
        `${context.engine}: ${total} changes to each of 2 consumers, ${KILLS} killed; lag of a follower in another process ` +
          `p50 ${percentile(lags, 0.5)} ms, p99 ${percentile(lags, 0.99)} ms`,
      );
      for (const child of consumers) child.stop();
      await Promise.all(consumers.map((child) => child.ended()));
    } finally {
      stop.abort();
      await following;
      await database.close();
    }
  });
});
