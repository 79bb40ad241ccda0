import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Conversations } from '@keelson/conversations';
import { openDatabase } from '@keelson/db-core';
import { describeEngines, type EngineContext } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { Child } from '../support/child.ts';
import { seeded } from './seeded.ts';
import { faultsIn, sessionsEnd } from './sound.ts';

/** `KEELSON_KILL_ROUNDS=1000 KEELSON_KILL_SEED=7 vitest run tests/kill` looks harder. */
const ROUNDS = Number(process.env['KEELSON_KILL_ROUNDS'] ?? 10);
const SEED = Number(process.env['KEELSON_KILL_SEED'] ?? 1);
const ROUND_MS = 10_000;
/** Writers of the process, each with one thing under way at most. */
const UNDER_WAY = 4;
/** It is killed at a random moment soon after it has printed so many lines at most. */
const MOST_LINES = 60;
const SOON_MS = 10;

const script = join(import.meta.dirname, 'writing-process.ts');

function namesIn(lines: readonly string[], kind: string): Set<string> {
  return new Set(lines.filter((line) => line.startsWith(`${kind} `)).map((line) => line.slice(kind.length + 1)));
}

function missing(wanted: ReadonlySet<string>, present: ReadonlySet<string>): string[] {
  return [...wanted].filter((name) => !present.has(name));
}

interface Stored {
  readonly messages: Set<string>;
  /** Those of which every row is there. */
  readonly groups: Set<string>;
  /** Those of which some rows are there. */
  readonly halves: string[];
}

/** What is stored, read on the bare driver. */
async function readStored(context: EngineContext, url: string, conversationId: string): Promise<Stored> {
  const raw = context.raw(url);
  const messages = await raw.query('SELECT id FROM conversation_messages WHERE conversation_id = $1', [conversationId]);
  const parts = await raw.query('SELECT title, message_count AS counted FROM conversations WHERE id <> $1', [
    conversationId,
  ]);
  await raw.close();
  const seen = new Map<string, number>();
  for (const { title, counted } of parts) {
    const group = String(title).split(' ')[0]!;
    seen.set(group, (seen.get(group) ?? 0) + 1 + Number(counted));
  }
  const whole = [...seen].filter(([, rows]) => rows === 6).map(([group]) => group);
  return {
    messages: new Set(messages.map(({ id }) => String(id))),
    groups: new Set(whole),
    halves: [...seen].filter(([, rows]) => rows !== 6).map(([group]) => group),
  };
}

describeEngines('a process that is killed while it writes', (context) => {
  it(
    `leaves everything whole and loses nothing that it has said is stored (${ROUNDS} times)`,
    async ({ annotate }) => {
      const random = seeded(SEED);
      const url = await context.url();
      const own = openDatabase({ url, env: {} });
      const { id } = await new Conversations(own, 'ada').createConversation({ title: 'the common one' });
      await own.close();
      const told = { messages: new Set<string>(), groups: new Set<string>() };
      let interrupted = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        const before = await readStored(context, url, id);
        const child = new Child(script, [url, id, String(SEED * 1000 + round), `r${round}`]);
        await child.line(1 + Math.ceil(random() * MOST_LINES));
        await sleep(random() * SOON_MS);
        const { lines, signal } = await child.kill();
        expect(signal).toBe('SIGKILL');
        await sessionsEnd(context, url);

        for (const message of namesIn(lines, 'message')) told.messages.add(message);
        const groups = namesIn(lines, 'group');
        for (const group of groups) told.groups.add(group);
        const stored = await readStored(context, url, id);
        expect(await faultsIn(context, url), `seed ${SEED}, round ${round}`).toEqual([]);
        expect(stored.halves).toEqual([]);
        expect(missing(told.messages, stored.messages)).toEqual([]);
        expect(missing(told.groups, stored.groups)).toEqual([]);
        // What nobody was told of can only be what was under way.
        const more = stored.messages.size + stored.groups.size - before.messages.size - before.groups.size;
        const toldNow = namesIn(lines, 'message').size + groups.size;
        expect(more).toBeGreaterThanOrEqual(toldNow);
        expect(more).toBeLessThanOrEqual(toldNow + UNDER_WAY);
        if (missing(namesIn(lines, 'begun'), stored.groups).length > 0) interrupted += 1;
      }
      await annotate(
        `${told.messages.size} messages and ${told.groups.size} groups; ${interrupted} of ${ROUNDS} times a transaction was cut off`,
      );
      // Otherwise this would show little.
      expect(told.messages.size + told.groups.size).toBeGreaterThan(ROUNDS * 3);
      expect(interrupted).toBeGreaterThan(ROUNDS / 3);

      const database = openDatabase({ url, env: {} });
      const message = await new Conversations(database, 'ada').saveUserMessage({
        conversationId: id,
        content: 'It goes on.',
      });
      expect(message.seq).toBe((await readStored(context, url, id)).messages.size);
      await database.close();
    },
    60_000 + ROUNDS * ROUND_MS,
  );
});
