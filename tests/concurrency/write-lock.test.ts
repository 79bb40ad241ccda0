import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describeEngine } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { Child } from '../support/child.ts';
import { pathOf } from '../support/path-of.ts';

const OTHERS = 3;
const TRANSACTIONS = 120;
/** Below this must be the waits of nineteen in twenty transactions. */
const P95_MS = 100;

const script = (name: string): string => join(import.meta.dirname, `${name}-process.ts`);

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!;
}

function figures(waits: readonly number[]): string {
  const [p50, p95, p99, most] = [0.5, 0.95, 0.99, 1].map((part) => quantile(waits, part).toFixed(1));
  return `p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms, longest ${most} ms`;
}

describeEngine('sqlite', 'the write lock of one file, because the server of the other engine has many', (context) => {
  it('comes round soon beside a process that writes without a pause', async ({ annotate }) => {
    const url = await context.url();
    const hot = new Child(script('hot'), [url]);
    await hot.line();
    const others = Array.from({ length: OTHERS }, (_, number) => {
      return new Child(script('waiting'), [url, `user${number}`, String(TRANSACTIONS)]);
    });
    const waits = (await Promise.all(others.map((child) => child.result<number[]>()))).flat();
    hot.stop();
    const { count, ms } = await hot.result<{ count: number; ms: number }>();
    await annotate(
      `waits for the write lock: ${figures(waits)}; the busy one: ${Math.round((count / ms) * 1000)} transactions a second`,
    );
    expect(waits.length).toBe(OTHERS * TRANSACTIONS);
    expect(quantile(waits, 0.95)).toBeLessThan(P95_MS);
    // The busy one is not the one to starve either: it comes round at least as often as each of the others.
    expect(count).toBeGreaterThanOrEqual(TRANSACTIONS);
    const rows = await context
      .raw(url)
      .query('SELECT user_id, count(*) AS counted FROM conversations GROUP BY user_id');
    const counted = new Map(rows.map((row) => [row['user_id'], row['counted']]));
    expect(counted.get('hot')).toBe(count);
    for (let number = 0; number < OTHERS; number += 1)
      expect(counted.get(`user${number}`)).toBeGreaterThan(TRANSACTIONS);
    // Whoever left last took the mark of those who wait along.
    expect(existsSync(`${pathOf(url)}-waiting`)).toBe(false);
  });
});
