import type { Appended, ConversationRow, MessageRow } from '../rows.ts';
import type { MaybePromise } from '../rounds.ts';

/** What everybody who takes part can do, with the same values in and out. */
export interface Contender {
  findConversation(userId: string, id: string): MaybePromise<ConversationRow | undefined>;
  /** The next messages after a number, in order. */
  listMessages(userId: string, conversationId: string, afterSeq: number): MaybePromise<readonly MessageRow[]>;
  /** Takes the next number from the conversation's counter and stores the message with it, both or neither. Gives the number. */
  append(userId: string, message: Appended): MaybePromise<number>;
  /** Stores all of them or none. */
  insertMany(userId: string, rows: readonly MessageRow[]): MaybePromise<void>;
  close(): MaybePromise<void>;
}

export function taken(nextSeq: number | undefined): number {
  if (nextSeq === undefined) throw new Error('There is no such conversation.');
  return nextSeq - 1;
}
