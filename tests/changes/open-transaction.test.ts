import { setTimeout as sleep } from 'node:timers/promises';
import { newId, openDatabase } from '@keelson/db-core';
import { describeEngine } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { say } from '../support/script.ts';
import { insertConversation } from './queries.ts';

const OPEN_MS = 3000;

/** Each value's share of the whole is below it. */
function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)]!;
}

describeEngine('postgres', 'transactions that end in another order than they began', (context) => {
  it('hold up nobody, and come when they end', async () => {
    const database = await context.open();
    // Commits of another process: this one is told of them by the server.
    const other = openDatabase({ url: database.config.target.url, env: {} });
    const stop = new AbortController();
    const start = await database.changes.position();
    const seen: string[] = [];
    const lags: number[] = [];
    const written = new Map<string, number>();
    const following = (async () => {
      for await (const { key } of database.changes.follow({ after: start, signal: stop.signal })) {
        seen.push(key);
        const at = written.get(key);
        if (at !== undefined) lags.push(performance.now() - at);
      }
    })();
    const slow = newId();
    const open = other.transaction('eve', async (eve) => {
      await eve.run(insertConversation, { id: slow, now: new Date() });
      await sleep(OPEN_MS);
    });
    const until = performance.now() + OPEN_MS - 500;
    while (performance.now() < until) {
      const id = newId();
      await other.forUser('ada').run(insertConversation, { id, now: new Date() });
      written.set(id, performance.now());
      await sleep(5);
    }
    await expect.poll(() => seen.length, { timeout: 10_000 }).toBe(written.size);
    expect(seen).not.toContain(slow);
    await open;
    await expect.poll(() => seen.at(-1), { timeout: 10_000 }).toBe(slow);
    stop.abort();
    await following;
    await other.close();
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBe(written.size + 1);
    say(
      `lag beside an open transaction: p50 ${percentile(lags, 0.5).toFixed(1)} ms, p99 ${percentile(lags, 0.99).toFixed(1)} ms of ${lags.length}`,
    );
    // What waited for the open transaction would have lagged by seconds.
    expect(percentile(lags, 0.99)).toBeLessThan(1000);
  });

  it('lose and double nothing, whatever the size of a batch', async () => {
    const database = await context.open();
    const users = Array.from({ length: 8 }, (_, number) => `user ${number}`);
    const ids: string[] = [];
    const start = await database.changes.position();
    let writing = true;
    const writers = Promise.all(
      users.map(async (user, number) => {
        for (let turn = 0; turn < 15; turn += 1) {
          const own = [newId(), newId()];
          await database.transaction(user, async (handle) => {
            await handle.run(insertConversation, { id: own[0]!, now: new Date() });
            // Numbers are taken in one order, and commits come in another.
            await sleep((number * 7 + turn * 13) % 40);
            await handle.run(insertConversation, { id: own[1]!, now: new Date() });
          });
          ids.push(...own);
        }
      }),
    ).finally(() => {
      writing = false;
    });
    const readers = [1, 3, 500].map(async (limit) => {
      const seen: string[] = [];
      let after = start;
      for (;;) {
        const isLast = !writing;
        const batch = await database.changes.read({ after, limit });
        seen.push(...batch.changes.map(({ key }) => key));
        after = batch.position;
        if (isLast && !batch.more && batch.changes.length === 0) return seen;
      }
    });
    await writers;
    for (const seen of await Promise.all(readers)) expect(seen.toSorted()).toEqual(ids.toSorted());
  });
});
