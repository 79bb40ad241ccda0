import type { Adoption, LegacyRow, LegacySource } from '@keelson/db-core';
import { conversationsTable, messagesTable } from './legacy-tables.ts';
import { idOf, legacyTime, textOf } from './values.ts';

/** Why what was erased here isn't taken again. */
export const ERASED = ['ERASED', 'was erased here, and is not brought back'] as const;

/** What messages must know of their conversation, which may lie in another file. */
interface FoundConversation {
  readonly owner: string;
  /** `bad`: its status can't be told, or its owner can't be one. `erased`: it was erased here. Null: it is taken. */
  readonly refusal: 'bad' | 'erased' | null;
}

/** All conversations of all files, by the ids that they get here, and how many messages each has. */
export interface Found {
  readonly conversations: ReadonlyMap<string, FoundConversation>;
  readonly messages: ReadonlyMap<string, number>;
}

export interface Rules {
  readonly defaultUser: string;
  readonly refusalOf: (row: {
    readonly id: string;
    readonly owner: string;
    readonly status: unknown;
    readonly createdAt: Date | null;
  }) => FoundConversation['refusal'];
}

export async function findAll(
  sources: readonly LegacySource[],
  { defaultUser, refusalOf }: Rules,
  step: Adoption['step'],
): Promise<Found> {
  const conversations = new Map<string, FoundConversation>();
  const messages = new Map<string, number>();
  for (const source of sources) {
    for (const row of rowsOf(source, conversationsTable.name, [
      'id',
      'user_id',
      'status',
      'created_at',
      'updated_at',
    ])) {
      await step();
      const known = idOf(conversationsTable.name, row['id']);
      if (known === undefined || conversations.has(known.id)) continue;
      const owner = ownerOf(row['user_id'], defaultUser);
      const { id } = known;
      const refusal = refusalOf({ id, owner, status: row['status'], createdAt: madeAt(row) });
      conversations.set(id, { owner, refusal });
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

/** Null where it can't be told. */
export function madeAt(row: LegacyRow): Date | null {
  return legacyTime(row['created_at']) ?? legacyTime(row['updated_at']);
}

export function ownerOf(value: unknown, defaultUser: string): string {
  const owner = textOf(value)?.trim() ?? '';
  return owner === '' ? defaultUser : owner;
}
