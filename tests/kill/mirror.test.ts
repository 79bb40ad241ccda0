import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Conversations } from '@keelson/conversations';
import { mirrorConversations } from '@keelson/conversations/mirror';
import { type Database, Erasures, loadDatabaseConfig, openDatabase } from '@keelson/db-core';
import { describeEngines, type EngineContext } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { isLong } from '../faults/form.ts';
import { Child } from '../support/child.ts';
import { seeded } from './seeded.ts';
import { sessionsEnd } from './sound.ts';

/** `pnpm test:faults` looks harder, and so does `KEELSON_KILL_ROUNDS=50 KEELSON_KILL_SEED=7`. */
const ROUNDS = Number(process.env['KEELSON_KILL_ROUNDS'] ?? (isLong ? 40 : 2));
const SEED = Number(process.env['KEELSON_KILL_SEED'] ?? 1);
const ROUND_MS = 20_000;
const SOON_MS = 500;
const WORD = 'xylophonist';

const script = join(import.meta.dirname, 'mirroring-process.ts');

/** Goes on until it is told to stop: every kind of change that a mirror has to follow. */
async function use(database: Database, random: () => number, signal: AbortSignal): Promise<void> {
  const ids: string[] = [];
  const chats = new Conversations(database, 'ada');
  while (!signal.aborted) {
    const choice = random();
    if (ids.length < 3 || choice < 0.2) {
      ids.push((await chats.createConversation({ title: WORD })).id);
      continue;
    }
    const place = Math.floor(random() * ids.length);
    const conversationId = ids[place]!;
    if (choice < 0.85) await chats.saveUserMessage({ conversationId, content: `${WORD} ${choice}` });
    else if (choice < 0.9) await chats.freezeConversation(conversationId);
    else {
      ids.splice(place, 1);
      await (choice < 0.95 ? chats.deleteConversation(conversationId) : chats.eraseConversation(conversationId));
    }
  }
}

async function rowsOf(context: EngineContext, url: string): Promise<unknown> {
  const raw = context.raw(url);
  const rows = [
    await raw.query('SELECT * FROM mirror_conversations ORDER BY user_id, id'),
    await raw.query('SELECT * FROM mirror_messages ORDER BY user_id, id'),
  ];
  await raw.close();
  return rows;
}

describeEngines('a process that is killed while it keeps a mirror', (context) => {
  it(
    `leaves one that goes on as if nothing had been (${ROUNDS} times)`,
    async () => {
      const random = seeded(SEED);
      const [url, mirror, anew] = [await context.url(), await context.emptyUrl(), await context.emptyUrl()];
      await using database = openDatabase({ url, env: {} });
      const once = (to: string): Promise<unknown> =>
        mirrorConversations(database, { to: loadDatabaseConfig({ url: to, env: {} }), once: true, leaseMs: 300 });
      for (let round = 0; round < ROUNDS; round += 1) {
        const stop = new AbortController();
        const writing = use(database, random, stop.signal);
        try {
          const child = new Child(script, [url, mirror]);
          await Promise.race([child.line(2), writing]);
          await sleep(random() * SOON_MS);
          await child.kill();
        } finally {
          stop.abort();
          await writing;
        }
        // While nobody follows.
        if (round % 3 === 0) await new Erasures(database).eraseOwner('ada', { rewrite: false });
      }
      await once(mirror);
      await once(anew);
      const rows = await rowsOf(context, mirror);
      expect(rows).toEqual(await rowsOf(context, anew));
      expect(JSON.stringify(rows)).not.toContain(WORD);
      await sessionsEnd(context, mirror);
    },
    ROUNDS * ROUND_MS,
  );
});
