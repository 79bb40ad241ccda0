import type { Conversations } from '@keelson/conversations';
import { type Database, OPERATOR } from '@keelson/db-core';

/** A user's conversations, for a change of theirs. */
export async function openConversations(database: Database, userId: string): Promise<Conversations> {
  const { Conversations } = await import('@keelson/conversations');
  return new Conversations(database, userId);
}

/**
 * A user's conversations, read by whoever runs the program: each reading is in the user's audit. What is written is as if
 * the user wrote it.
 */
export async function readConversations(database: Database, userId: string): Promise<Conversations> {
  const { Conversations } = await import('@keelson/conversations');
  return new Conversations(database, database.forUser(userId, { actor: OPERATOR.userId }));
}
