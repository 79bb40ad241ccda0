import type { UserHandle } from '@keelson/db-core';
import { ConversationColdError, ConversationNotFoundError } from '../errors.ts';
import * as conversations from '../repositories/conversation.repository.ts';

/** A conversation whose messages were at hand when it was looked at, and what shows that they were away since. */
export interface AtHand {
  readonly conversationId: string;
  /** Who takes messages out of cold storage notes when. */
  readonly openedAt: Date | null;
}

const MAX_TRIES = 10;

/** Messages went into cold storage, or came back, while some of them were read. */
export class MessagesMoved extends Error {}

/**
 * Reads messages by several statements as if by one: when they went into cold storage and came back meanwhile, which
 * `MessagesMoved` says, it is read again.
 */
export async function asOne<T>(conversationId: string, read: () => Promise<T>): Promise<T> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof MessagesMoved)) throw error;
    }
  }
  throw ConversationColdError.of(conversationId);
}

/** Of what was read together with messages. */
export function assertUnmoved({ openedAt }: AtHand, now: Date | null): void {
  if (openedAt?.getTime() !== now?.getTime()) throw new MessagesMoved();
}

/**
 * Call it where messages are missing: they aren't there, or are in cold storage.
 *
 * @throws ConversationColdError when they are
 */
export async function mustNotHaveMoved(user: UserHandle, before: AtHand): Promise<void> {
  const id = before.conversationId;
  const state = await user.first(conversations.findState, { id });
  if (state === undefined || state.status === 'DELETED') throw ConversationNotFoundError.of(id);
  if (state.is_cold) throw ConversationColdError.of(id);
  assertUnmoved(before, state.last_opened_at);
}
