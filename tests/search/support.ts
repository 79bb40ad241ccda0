import { Conversations, conversationSources, type SaveMessage } from '@keelson/conversations';
import { type Database, Search, type SearchInput } from '@keelson/db-core';

/** What a user found, as far as it can be compared: kind, text and score. */
export interface Found {
  readonly kind: string;
  readonly shown: string;
  readonly score: number;
}

export function searchOf(database: Database): Search {
  return new Search(database, conversationSources);
}

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
  for (const content of texts) ids.push((await chats.saveUserMessage(message(conversationId, content))).id);
  return { conversationId, ids };
}

function message(conversationId: string, content: string): SaveMessage {
  return { conversationId, content };
}

/** The texts that a query finds, best first. */
export async function found(search: Search, userId: string, input: string | SearchInput): Promise<string[]> {
  const { items } = await search.search(userId, typeof input === 'string' ? { query: input } : input);
  return items.map(({ highlights }) => highlights.map(({ excerpt }) => excerpt.text).join(' / '));
}
