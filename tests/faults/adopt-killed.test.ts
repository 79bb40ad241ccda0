import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Conversations } from '@keelson/conversations';
import { type AdoptReport, openDatabase } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { conversation, legacyFile, message, uuid } from '../adopt/legacy-file.ts';
import { seeded } from '../kill/seeded.ts';
import { faultsIn, sessionsEnd } from '../kill/sound.ts';
import { Child } from '../support/child.ts';
import { isLong } from './form.ts';

const ROUNDS = isLong ? 50 : 6;
const CONVERSATIONS = 10;
const MESSAGES = 60;
const script = join(import.meta.dirname, '../adopt/adopting-process.ts');

/** Files whose ids no other round has. */
function filesOf(round: number): string[] {
  return ['a', 'b'].map((name, half) => {
    const first = (round * 2 + half) * 10_000;
    const numbers = Array.from({ length: CONVERSATIONS }, (_, index) => first + index);
    return legacyFile(
      {
        conversations: numbers.map((number) => conversation(number, { title: `${round}${name}` })),
        messages: numbers.flatMap((number, index) =>
          Array.from({ length: MESSAGES }, (__, at) => message(first + 100 + index * MESSAGES + at, number)),
        ),
      },
      `${name}.db`,
    );
  });
}

const WHOLE = CONVERSATIONS * (MESSAGES + 1);

describeEngines('adopting, killed at a random moment', (context) => {
  it(
    `leaves each file wholly adopted or not at all (${ROUNDS} times)`,
    { timeout: 60_000 + ROUNDS * 15_000 },
    async ({ annotate }) => {
      const random = seeded(7);
      const url = await context.url();
      const rowsOf = async (title: string): Promise<number> => {
        const raw = context.raw(url);
        const rows = await raw.query('SELECT message_count AS counted FROM conversations WHERE title = $1', [title]);
        await raw.close();
        return rows.reduce((sum, { counted }) => sum + 1 + Number(counted), 0);
      };
      // How long it takes when nothing happens.
      const files = filesOf(0);
      const whole = new Child(script, [url, ...files]);
      await whole.line();
      const started = performance.now();
      await whole.result();
      const lastsMs = performance.now() - started;

      let cut = 0;
      for (let round = 1; round <= ROUNDS; round += 1) {
        const those = filesOf(round);
        const child = new Child(script, [url, ...those]);
        await child.line();
        await sleep(random() * lastsMs);
        await child.kill();
        await sessionsEnd(context, url);
        const [a, b] = [await rowsOf(`${round}a`), await rowsOf(`${round}b`)];
        expect([0, WHOLE], `round ${round}, first file`).toContain(a);
        expect([0, WHOLE], `round ${round}, second file`).toContain(b);
        expect(await faultsIn(context, url), `round ${round}`).toEqual([]);
        if (a + b < 2 * WHOLE) cut += 1;

        // Doing it again brings what is missing, and nothing twice.
        const again = await new Child(script, [url, ...those]).result<AdoptReport>();
        const adopted = again.files.map(({ tables }) => tables.reduce((sum, table) => sum + table.adopted, 0));
        expect(adopted).toEqual([WHOLE - a, WHOLE - b]);
        expect([await rowsOf(`${round}a`), await rowsOf(`${round}b`)]).toEqual([WHOLE, WHOLE]);
      }
      await annotate(`${cut} of ${ROUNDS} times something was left to do`);
      // Otherwise this would show little.
      expect(cut).toBeGreaterThan(0);
      await using database = openDatabase({ url, env: {} });
      expect(await new Conversations(database, 'ada').getMessageCount(uuid(0))).toBe(MESSAGES);
    },
  );
});
