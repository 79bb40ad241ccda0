import {
  type Adoption,
  CONVERSATION_STATUSES,
  type ConversationStatus,
  type LegacyRow,
  parseUserId,
  type UserHandle,
  ValidationError,
} from '@keelson/db-core';
import { titleOf } from '../import/fields.ts';
import { Cleaner } from '../import/imported.ts';
import * as conversations from '../repositories/conversation.repository.ts';
import { MAX_TITLE_LENGTH } from '../schemas/text.schema.ts';
import type { JsonObject } from '../types.ts';
import { ERASED, type Found, madeAt, ownerOf } from './found.ts';
import { conversationsTable, SYSTEM } from './legacy-tables.ts';
import { booleanOf, idOf, legacyTime, textOf } from './values.ts';

/** Brings in a file's conversations, still without messages; those follow, because they may lie in another file. */
export async function adoptConversations(adoption: Adoption, found: Found): Promise<void> {
  const seen = new Set<string>();
  for (const row of adoption.source.rows(conversationsTable.name, Object.keys(conversationsTable.columns))) {
    await adoptConversation(adoption, { row, found, seen });
    await adoption.step();
  }
}

interface Work {
  readonly row: LegacyRow;
  readonly found: Found;
  readonly seen: Set<string>;
}

async function adoptConversation(adoption: Adoption, { row, found, seen }: Work): Promise<void> {
  const tally = adoption.tally(conversationsTable.name);
  const known = idOf(conversationsTable.name, row['id']);
  if (known === undefined) return tally.refuse('NO_ID', 'has no id', `row ${row.$row}`);
  const { id, externalId, isKept } = known;
  if (seen.has(id)) return tally.refuse('DOUBLED_ID', 'has the id of a row before it', externalId);
  seen.add(id);
  const status = statusOf(row['status']);
  if (status === undefined) return tally.refuse('BAD_STATUS', 'has a status that there is not', externalId);
  const owner = ownerOf(row['user_id'], adoption.defaultUser);
  if (!canOwn(owner)) return tally.refuse('BAD_USER', 'has a user_id that nobody can have', externalId);
  if (adoption.wasErased({ userId: owner, table: 'conversations', id, createdAt: madeAt(row) }))
    return tally.refuse(...ERASED, externalId);
  const user = adoption.user(owner);
  if (isMissing(row['user_id'])) tally.note('NO_USER', `had no user, and is ${owner}'s now`, { id: externalId });
  recount(adoption, { row, externalId, count: found.messages.get(id) ?? 0 });

  if ((await user.first(conversations.findState, { id })) !== undefined) return tally.wasThere();
  await insert(adoption, { user, row, id, externalId, status });
  tally.adopted();
  if (!isKept) tally.note('ID_MADE', 'had an id that is no UUID, which is its external id now', { id: externalId });
}

/** Says of whom the true number of messages is another than the one that was kept beside them. */
function recount(
  adoption: Adoption,
  { row, externalId, count }: { row: LegacyRow; externalId: string; count: number },
): void {
  if (isMissing(row['message_count']) || Number(row['message_count']) === count) return;
  const id = `${externalId}: ${textOf(row['message_count']) ?? 'bytes'} kept, ${count} counted`;
  const message = 'had another message_count than it has messages; they were counted anew';
  adoption.tally(conversationsTable.name).note('WRONG_COUNT', message, { id });
}

interface New {
  readonly user: UserHandle;
  readonly row: LegacyRow;
  readonly id: string;
  readonly externalId: string;
  readonly status: ConversationStatus;
}

async function insert(adoption: Adoption, { user, row, id, externalId, status }: New): Promise<void> {
  const tally = adoption.tally(conversationsTable.name);
  const now = new Date();
  const time = (column: string): Date | null => {
    const value = row[column];
    const read = legacyTime(value);
    if (read === null && !isMissing(value))
      tally.note('BAD_TIME', `${column} can't be read as a time`, { id: externalId });
    return read;
  };
  const updated = time('updated_at');
  const createdAt = time('created_at') ?? updated ?? now;
  const updatedAt = updated ?? createdAt;
  const archivedAt = time('archived_at');
  const cleaner = new Cleaner();
  const wholeTitle = textOf(row['title']) ?? '';
  const title = titleOf(wholeTitle, cleaner);
  const isCut = wholeTitle.trim().length > MAX_TITLE_LENGTH;
  const metadata: JsonObject = {
    ...(isCut ? { fullTitle: cleaner.text(wholeTitle) } : {}),
    ...present('hiddenAt', time('hidden_at')?.toISOString()),
    ...present('autoHidden', booleanOf(row['auto_hidden'])),
  };
  await user.run(conversations.insertAdopted, {
    id,
    title,
    status,
    source: SYSTEM,
    externalId,
    metadata,
    isHidden: booleanOf(row['is_hidden']) ?? false,
    lastOpenedAt: time('last_opened_at'),
    archivedAt: status === 'ARCHIVED' ? (archivedAt ?? updatedAt) : archivedAt,
    closedAt: status === 'CLOSED' ? updatedAt : null,
    deletedAt: status === 'DELETED' ? updatedAt : null,
    createdAt,
    updatedAt,
  });
  if (isCut) tally.note('LONG_TITLE', 'has a title that was cut; all of it is in its metadata', { id: externalId });
  if (cleaner.replaced > 0)
    tally.note('REPLACED_CHARACTERS', 'had characters that can’t be stored, now U+FFFD', { id: externalId });
}

function present(name: string, value: string | boolean | undefined): JsonObject {
  return value === undefined ? {} : { [name]: value };
}

function isMissing(value: unknown): boolean {
  return value === null || value === undefined || value === '';
}

/** Where nothing is said a conversation was in use; undefined for a status that there is not. */
export function statusOf(value: unknown): ConversationStatus | undefined {
  if (isMissing(value)) return 'ACTIVE';
  const text = textOf(value)?.trim().toUpperCase();
  return CONVERSATION_STATUSES.find((status) => status === text);
}

export function canOwn(owner: string): boolean {
  try {
    // Names that begin so are the database's own.
    return !parseUserId(owner).startsWith('keelson:');
  } catch (error) {
    if (error instanceof ValidationError) return false;
    throw error;
  }
}
