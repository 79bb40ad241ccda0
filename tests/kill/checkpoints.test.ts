import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KeelsonSaver } from '@keelson/conversations/langgraph';
import { openDatabase } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { Child } from '../support/child.ts';
import { sessionsEnd } from './sound.ts';

const script = join(import.meta.dirname, 'checkpointing-process.ts');
const SOON_MS = 150;

describeEngines('a process that is killed while it puts checkpoints', (context) => {
  it('leaves every one that it was told of, and each whole', async () => {
    const url = await context.url();
    const child = new Child(script, [url]);
    await child.line(2);
    await sleep(SOON_MS);
    const { lines } = await child.kill();
    await sessionsEnd(context, url);
    const told = lines.filter((line) => /^[0-9a-f-]{36}$/.test(line));
    expect(told.length).toBeGreaterThan(0);

    await using database = openDatabase({ url, env: {} });
    const saver = new KeelsonSaver(database, 'ada');
    const found: string[] = [];
    for await (const { checkpoint, metadata, parentConfig } of saver.list({ configurable: { thread_id: 'thread' } })) {
      const step = metadata?.step ?? 0;
      expect(checkpoint.channel_values).toEqual({ large: `${step} `.repeat(20_000), small: step, first: 'first' });
      expect(parentConfig === undefined).toBe(step === 1);
      found.unshift(checkpoint.id);
    }
    expect(found.slice(0, told.length)).toEqual(told);
    expect(found.length - told.length).toBeLessThanOrEqual(1);
  });
});
