import type { Database } from '@keelson/db-core';
import { randomFrom } from '../changes/random.ts';
import { allVersions, bumpConversation, conversation, readConversation } from './queries.ts';

interface Reading {
  readonly userId: string;
  readonly seed: number;
  readonly signal: AbortSignal;
  /** Called with each version that the cache gave, and what for. One answer may be newer than another for a moment. */
  readonly onVersion?: (answer: string, version: number) => void;
}

/** Reads single rows and all of them through the cache, and writes now and then, until the signal. */
export async function readAtRandom(database: Database, { userId, seed, signal, onVersion }: Reading): Promise<void> {
  const user = database.forUser(userId);
  const random = randomFrom(seed);
  const ids = Object.keys(await database.cache.get(user, allVersions));
  while (!signal.aborted) {
    const id = ids[Math.floor(random() * ids.length)] ?? '';
    const chance = random();
    if (chance < 0.02) {
      const before = (await readConversation(user, id))?.version ?? 0;
      await bumpConversation(user, id);
      const after = (await database.cache.get(user, conversation, { id }))?.version ?? 0;
      if (after <= before) throw new Error(`The cache gave version ${after} after this process had raised ${before}.`);
    } else if (chance < 0.2) {
      const versions = await database.cache.get(user, allVersions);
      for (const [key, version] of Object.entries(versions)) onVersion?.(`all: ${key}`, version);
    } else {
      const found = await database.cache.get(user, conversation, { id });
      if (found !== undefined) onVersion?.(`one: ${id}`, found.version);
    }
    // Hits alone would never let a timer run.
    if (chance < 0.3) await new Promise((resolve) => setImmediate(resolve));
  }
}

/** What the cache gives and the database doesn't. */
export async function staleAnswers(database: Database, userId: string): Promise<string[]> {
  const user = database.forUser(userId);
  const stale: string[] = [];
  const all = await database.cache.get(user, allVersions);
  for (const [id, version] of Object.entries(all)) {
    const now = (await readConversation(user, id))?.version;
    const single = (await database.cache.get(user, conversation, { id }))?.version;
    if (version !== now) stale.push(`the list has ${version} of ${id}, which is ${now}`);
    if (single !== now) stale.push(`the row of ${id} is ${single}, not ${now}`);
  }
  return stale;
}
