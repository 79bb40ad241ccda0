import { Conversations } from '@keelson/conversations';
import type { Database, Search } from '@keelson/db-core';

/** Saves the texts as messages of one conversation; gives their ids. */
export async function saveTexts(
  database: Database,
  userId: string,
  texts: readonly string[],
  title = 'notes',
): Promise<{ readonly conversationId: string; readonly ids: readonly string[] }> {
  const chats = new Conversations(database, userId);
  const { id: conversationId } = await chats.createConversation({ title });
  const ids: string[] = [];
  for (const content of texts) ids.push((await chats.saveUserMessage({ conversationId, content })).id);
  return { conversationId, ids };
}

/** The texts that a query finds, best first. */
export async function found(search: Search, userId: string, query: string): Promise<string[]> {
  const { items } = await search.search(userId, { query });
  return items.map(({ highlights }) => highlights.map(({ excerpt }) => excerpt.text).join(' / '));
}
