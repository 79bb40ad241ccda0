import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Erasure, Erasures, openDatabase } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { fillConversations, fillTables, WRITTEN_BY_ERASING } from '../erasure/fill.ts';
import { isLong } from '../faults/form.ts';
import { stored } from '../isolation/fixture.ts';
import { Child } from '../support/child.ts';
import { seeded } from './seeded.ts';
import { sessionsEnd } from './sound.ts';

/** `pnpm test:faults` looks harder, and so does `KEELSON_KILL_ROUNDS=50 KEELSON_KILL_SEED=7`. */
const ROUNDS = Number(process.env['KEELSON_KILL_ROUNDS'] ?? (isLong ? 50 : 4));
const SEED = Number(process.env['KEELSON_KILL_SEED'] ?? 1);
const ROUND_MS = 20_000;
const SOON_MS = 1200;

const script = join(import.meta.dirname, 'erasing-process.ts');

describeEngines('a process that is killed while it erases an owner', (context) => {
  it(
    `leaves an erasure that is finished at the next start, and nobody else touched (${ROUNDS} times)`,
    async ({ annotate }) => {
      const random = seeded(SEED);
      const url = await context.url();
      const setUp = openDatabase({ url, env: {} });
      await fillConversations(setUp, 'bob', 2);
      await setUp.close();
      let interrupted = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        const owner = `owner ${round}`;
        await using before = openDatabase({ url, env: {} });
        await fillConversations(before, owner, 20);
        await fillTables(before, `neighbour ${round}`);
        const neighbour = await stored(context, before, `neighbour ${round}`);
        const owned = await new Erasures(before).preview(owner);
        await before.close();

        const child = new Child(script, [url, owner]);
        await child.line(1 + Math.ceil(random() * 2));
        await sleep(random() * SOON_MS);
        const { lines } = await child.kill();
        await sessionsEnd(context, url);

        await using after = openDatabase({ url, env: {} });
        const erasures = new Erasures(after);
        const left = await erasures.preview(owner);
        const [half]: readonly Erasure[] = (await erasures.list()).filter(({ completedAt }) => completedAt === null);
        // What is left and what is counted as erased make up what there was: no chunk was done by half.
        for (const [table, rows] of Object.entries(owned)) {
          if (WRITTEN_BY_ERASING.includes(table)) continue;
          const counts = (half ?? (await erasures.list()).at(-1))!.counts[table];
          expect((left[table] ?? 0) + (counts?.deleted ?? 0), `round ${round}: ${table}`).toBe(rows);
        }
        if (!lines.includes('done') && half !== undefined) interrupted += 1;
        const { applied } = await erasures.finish({ rewrite: false });
        expect(applied).toHaveLength(half === undefined ? 0 : 1);
        expect(await erasures.preview(owner)).toEqual({});
        expect((await erasures.list()).filter(({ completedAt }) => completedAt === null)).toEqual([]);
        expect(await stored(context, after, `neighbour ${round}`)).toBe(neighbour);
        await after.close();
      }
      await annotate(`${interrupted} of ${ROUNDS} times an erasure was cut off`);
      expect(interrupted).toBeGreaterThan(ROUNDS / 3);
    },
    60_000 + ROUNDS * ROUND_MS,
  );
});
