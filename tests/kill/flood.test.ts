import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KeelsonSaver } from '@keelson/conversations/langgraph';
import { openDatabase } from '@keelson/db-core';
import { describeEngine } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { Child } from '../support/child.ts';
import { seeded } from './seeded.ts';
import { faultsIn } from './sound.ts';

const script = join(import.meta.dirname, 'flooding-process.ts');
const PUTS = 1000;
/** It is killed long before that. */
const MOST_PUTS = 100_000;
/** By then it has written 20 MB, and has a thread. */
const LINES = 700;
const SOON_MS = 100;

function idsIn(lines: readonly string[]): string[] {
  return lines.filter((line) => /^[0-9a-f-]{36}$/.test(line));
}

describeEngine('sqlite', 'two processes whose logs are written back on threads of theirs', (context) => {
  it('lose nothing that they have said is stored, when one is killed and the other just ends', async () => {
    const random = seeded(1);
    const url = await context.url();
    const killed = new Child(script, [url, 'killed', String(MOST_PUTS)]);
    const ending = new Child(script, [url, 'ending', String(PUTS)]);
    await killed.line(LINES);
    await sleep(random() * SOON_MS);
    const { lines } = await killed.kill();
    const { code, lines: all, errors } = await ending.ended();
    expect({ code, errors, last: all.at(-1) }).toEqual({ code: 0, errors: '', last: 'done' });
    expect(await faultsIn(context, url)).toEqual([]);

    await using database = openDatabase({ url, env: {} });
    const saver = new KeelsonSaver(database, 'ada');
    for (const [thread, told] of [
      ['killed', idsIn(lines)],
      ['ending', idsIn(all)],
    ] as const) {
      const found: string[] = [];
      for await (const { checkpoint } of saver.list({ configurable: { thread_id: thread } }))
        found.unshift(checkpoint.id);
      expect(found.slice(0, told.length)).toEqual(told);
      expect(found.length - told.length).toBeLessThanOrEqual(thread === 'killed' ? 1 : 0);
    }
    expect(idsIn(all)).toHaveLength(PUTS);
  });
});
