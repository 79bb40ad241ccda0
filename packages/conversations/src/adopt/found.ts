import type { Adoption, LegacySource } from '@keelson/db-core';
import { conversationsTable, messagesTable } from './legacy-tables.ts';
import { idOf, textOf } from './values.ts';

/** What messages must know of their conversation, which may lie in another file. */
interface FoundConversation {
  readonly owner: string;
  /** Its status can't be told, or its owner can't be one, so that it isn't taken. */
  readonly isRefused: boolean;
}

/** All conversations of all files, by the ids that they get here, and how many messages each has. */
export interface Found {
  readonly conversations: ReadonlyMap<string, FoundConversation>;
  readonly messages: ReadonlyMap<string, number>;
}

export interface Rules {
  readonly defaultUser: string;
  readonly isRefused: (row: { readonly owner: string; readonly status: unknown }) => boolean;
}

export async function findAll(
  sources: readonly LegacySource[],
  { defaultUser, isRefused }: Rules,
  step: Adoption['step'],
): Promise<Found> {
  const conversations = new Map<string, FoundConversation>();
  const messages = new Map<string, number>();
  for (const source of sources) {
    for (const row of rowsOf(source, conversationsTable.name, ['id', 'user_id', 'status'])) {
      await step();
      const known = idOf(conversationsTable.name, row['id']);
      if (known === undefined || conversations.has(known.id)) continue;
      const owner = ownerOf(row['user_id'], defaultUser);
      conversations.set(known.id, { owner, isRefused: isRefused({ owner, status: row['status'] }) });
    }
    for (const row of rowsOf(source, messagesTable.name, ['conversation_id'])) {
      await step();
      const known = idOf(conversationsTable.name, row['conversation_id']);
      if (known !== undefined) messages.set(known.id, (messages.get(known.id) ?? 0) + 1);
    }
  }
  return { conversations, messages };
}

function rowsOf(source: LegacySource, table: string, columns: readonly string[]): ReturnType<LegacySource['rows']> {
  return source.has(table) ? source.rows(table, columns) : [];
}

export function ownerOf(value: unknown, defaultUser: string): string {
  const owner = textOf(value)?.trim() ?? '';
  return owner === '' ? defaultUser : owner;
}
