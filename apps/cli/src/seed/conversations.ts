import { createHash } from 'node:crypto';
import { ConversationExistsError, Conversations } from '@keelson/conversations';
import type { Database } from '@keelson/db-core';
import { ANSWERS, QUESTIONS, TOPICS } from './words.ts';

export interface SeedOptions {
  readonly userId: string;
  readonly conversations: number;
  /** Another number gives other data. */
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly onProgress: (conversations: number) => void;
}

export interface Seeded {
  readonly conversations: number;
  readonly messages: number;
  /** What of it wasn't there before. */
  readonly created: { readonly conversations: number; readonly messages: number };
}

const MOST_EXCHANGES = 6;

/**
 * Sample conversations. The same seed always gives the same ids, titles, texts and requests, so that doing it again adds
 * nothing; only the times are those of the first run.
 */
export async function seedConversations(
  database: Database,
  { userId, conversations, seed, signal, onProgress }: SeedOptions,
): Promise<Seeded> {
  const chats = new Conversations(database, userId);
  const total = { conversations: 0, messages: 0 };
  const created = { conversations: 0, messages: 0 };
  for (let number = 0; number < conversations; number += 1) {
    signal.throwIfAborted();
    const draw = drawer(`${seed}/${userId}/${number}`);
    const topic = draw(TOPICS);
    const id = uuidOf(`${seed}/${userId}/${number}`);
    if (await create(chats, { id, title: `About ${topic} (${number + 1})` })) created.conversations += 1;
    const exchanges = 1 + (number % MOST_EXCHANGES);
    for (let exchange = 0; exchange < exchanges; exchange += 1) {
      const requestId = `seed-${seed}-${exchange}`;
      const texts = [['user', draw(QUESTIONS)] as const, ['assistant', draw(ANSWERS)] as const];
      for (const [role, text] of texts) {
        const { isNew } = await chats.saveMessage({
          conversationId: id,
          role,
          content: text.replaceAll('{topic}', topic),
          requestId,
          ...(role === 'assistant' ? { metadata: { source: 'seed', modelName: 'sample', tokens: text.length } } : {}),
        });
        total.messages += 1;
        if (isNew) created.messages += 1;
      }
    }
    total.conversations += 1;
    onProgress(total.conversations);
  }
  return { ...total, created };
}

async function create(chats: Conversations, { id, title }: { id: string; title: string }): Promise<boolean> {
  try {
    await chats.createConversation({ id, title, source: 'seed' });
    return true;
  } catch (error) {
    if (error instanceof ConversationExistsError) return false;
    throw error;
  }
}

/** Draws from lists, the same for the same name. */
function drawer(name: string): <T>(list: readonly [T, ...T[]]) => T {
  let turn = 0;
  return (list) => {
    turn += 1;
    const number = createHash('sha256').update(`${name}/${turn}`).digest().readUInt32BE();
    return list[number % list.length] ?? list[0];
  };
}

function uuidOf(name: string): string {
  const bytes = createHash('sha256').update(`keelson seed ${name}`).digest().subarray(0, 16);
  // Version 8: made in a way of one's own (RFC 9562).
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/u, '$1-$2-$3-$4-$5');
}
