import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ConversationExport, Conversations } from '@keelson/conversations';
import { openDatabase } from '@keelson/db-core';
import { describeEngines, type EngineContext } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { isLong } from '../faults/form.ts';
import { Child } from '../support/child.ts';
import { seeded } from './seeded.ts';
import { faultsIn, sessionsEnd } from './sound.ts';

/** `pnpm test:faults` looks harder, and so does `KEELSON_KILL_ROUNDS=50 KEELSON_KILL_SEED=7`. */
const ROUNDS = Number(process.env['KEELSON_KILL_ROUNDS'] ?? (isLong ? 50 : 4));
const SEED = Number(process.env['KEELSON_KILL_SEED'] ?? 1);
const ROUND_MS = 20_000;

/** The first is packed in two parts. */
const LENGTHS = [2100, 60, 20];

const script = join(import.meta.dirname, 'moving-process.ts');

/** What is in both places, in neither, or not wholly in one, as SQL that gives it. */
const HALVES = `
  SELECT c.id FROM conversations c
  WHERE NOT c.is_cold AND (
    (SELECT count(*) FROM conversation_messages m WHERE m.user_id = c.user_id AND m.conversation_id = c.id) <> c.message_count
    OR EXISTS (SELECT 1 FROM conversation_cold_parts p WHERE p.user_id = c.user_id AND p.conversation_id = c.id)
  ) OR c.is_cold AND (
    EXISTS (SELECT 1 FROM conversation_messages m WHERE m.user_id = c.user_id AND m.conversation_id = c.id)
    OR EXISTS (SELECT 1 FROM conversation_branches b WHERE b.user_id = c.user_id AND b.conversation_id = c.id)
    OR (SELECT sum(p.messages) FROM conversation_cold_parts p WHERE p.user_id = c.user_id AND p.conversation_id = c.id) <> c.message_count
    OR (SELECT max(p.part) - count(*) FROM conversation_cold_parts p WHERE p.user_id = c.user_id AND p.conversation_id = c.id) <> 0
    OR (SELECT count(*) FROM conversation_cold_parts p WHERE p.user_id = c.user_id AND p.conversation_id = c.id AND p.is_last) <> 1
  )`;

async function halves(context: EngineContext, url: string): Promise<readonly unknown[]> {
  const raw = context.raw(url);
  const rows = await raw.query(HALVES);
  await raw.close();
  return rows;
}

async function textOf({ chunks }: ConversationExport): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all).toString();
}

async function fill(chats: Conversations): Promise<void> {
  for (const [number, length] of LENGTHS.entries()) {
    const messages = Array.from({ length }, (_, turn) => ({
      role: turn % 2 === 0 ? 'user' : 'assistant',
      content: `conversation ${number}, turn ${turn}: ${'word '.repeat(turn % 40)}`,
    }));
    const report = await chats.importConversations([JSON.stringify({ messages })]);
    expect(report).toMatchObject({ created: { messages: length } });
  }
}

type Direction = 'freeze' | 'thaw';

async function moveAll(chats: Conversations, ids: readonly string[], direction: Direction): Promise<void> {
  for (const id of ids) {
    const { isCold } = await (direction === 'freeze' ? chats.freezeConversation(id) : chats.thawConversation(id));
    expect(isCold).toBe(direction === 'freeze');
  }
}

describeEngines('a process that is killed while conversations go into cold storage or come out', (context) => {
  it(
    `leaves each wholly in one place, and nothing lost or twice (${ROUNDS} times)`,
    async ({ annotate }) => {
      const random = seeded(SEED);
      const url = await context.url();
      /** Closed again, so that of the sessions only those of the process that was killed are left. */
      const use = async <T>(work: (chats: Conversations) => Promise<T>): Promise<T> => {
        await using database = openDatabase({ url, env: {} });
        return await work(new Conversations(database, 'ada'));
      };
      const exportOf = (chats: Conversations): Promise<string> => textOf(chats.exportConversations({ format: 'json' }));
      const tookMs = { freeze: 0, thaw: 0 };
      const { ids, exported } = await use(async (chats) => {
        await fill(chats);
        const { items } = await chats.listConversations();
        const longestFirst = items.toSorted((a, b) => b.messageCount - a.messageCount).map(({ id }) => id);
        const before = await exportOf(chats);
        for (const direction of ['freeze', 'thaw'] as const) {
          const from = performance.now();
          await moveAll(chats, longestFirst, direction);
          tookMs[direction] = performance.now() - from;
        }
        return { ids: longestFirst, exported: before };
      });
      const cutOff = { freeze: 0, thaw: 0 };
      for (let round = 0; round < ROUNDS; round += 1) {
        const direction = round % 2 === 0 ? 'freeze' : 'thaw';
        const where = `round ${round}, ${direction}`;
        const child = new Child(script, [url, direction, ...ids]);
        await child.line(2);
        await sleep(random() * tookMs[direction]);
        const { lines, errors } = await child.kill();
        expect(errors, where).toBe('');
        if (!lines.includes('done')) cutOff[direction] += 1;
        await sessionsEnd(context, url);
        expect(await halves(context, url), where).toEqual([]);
        await use(async (chats) => {
          expect((await exportOf(chats)) === exported, where).toBe(true);
          // What it had not got to is moved as if nothing had been.
          await moveAll(chats, ids, direction);
        });
        expect(await halves(context, url), where).toEqual([]);
      }
      await use(async (chats) => {
        await moveAll(chats, ids, 'thaw');
        expect((await exportOf(chats)) === exported).toBe(true);
      });
      expect(await faultsIn(context, url)).toEqual([]);
      await annotate(`cut off: ${cutOff.freeze} on the way in, ${cutOff.thaw} on the way out`);
      expect(Math.min(cutOff.freeze, cutOff.thaw)).toBeGreaterThanOrEqual(Math.ceil(ROUNDS / 6));
    },
    60_000 + ROUNDS * ROUND_MS,
  );
});
