import type { UserHandle } from '@keelson/db-core';
import { type CursorKind, decodeCursor, encodeCursor, seqOf } from '../cursor.ts';
import { type SummaryRow, toMessage, toSummary } from '../mapping.ts';
import * as conversations from '../repositories/conversation.repository.ts';
import * as messages from '../repositories/message.repository.ts';
import { uuidSchema } from '../schemas/text.schema.ts';
import type { ConversationId, ConversationStatus, ConversationSummary, Message, Page } from '../types.ts';

/** Above every id, every number and every time. */
const HIGHEST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const HIGHEST_SEQ = Number.MAX_SAFE_INTEGER;
const LATEST = new Date(Date.UTC(9999, 11, 31, 23, 59, 59, 999));

interface ListOptions {
  readonly statuses: readonly ConversationStatus[];
  readonly includeHidden: boolean;
  readonly limit: number;
  readonly cursor?: string | null | undefined;
}

/** A page in at most two statements: those with messages, then, when they run out, those without. */
export async function pageOfConversations(user: UserHandle, options: ListOptions): Promise<Page<ConversationSummary>> {
  const { statuses, limit, cursor } = options;
  const filter = { statuses, hidden: options.includeHidden ? [false, true] : [false], limit: limit + 1 };
  const after = cursor ? decodeCursor('conversations', cursor, conversationKey) : undefined;
  const rows: SummaryRow[] = [];
  if (after === undefined) rows.push(...(await user.all(conversations.list, filter)));
  else if (after.at === null) rows.push(...(await user.all(conversations.listEmpty, { ...filter, id: after.id })));
  else {
    rows.push(...(await user.all(conversations.listAfter, { ...filter, at: after.at, id: after.id })));
    const missing = filter.limit - rows.length;
    if (missing > 0)
      rows.push(...(await user.all(conversations.listEmpty, { ...filter, id: HIGHEST_ID, limit: missing })));
  }
  return page(rows, limit, toSummary, (row) =>
    encodeCursor('conversations', [row.last_message_at?.getTime() ?? null, row.id]),
  );
}

function conversationKey([at, id]: readonly unknown[]): { readonly at: Date | null; readonly id: string } | undefined {
  if (!isUuid(id)) return undefined;
  if (at === null) return { at, id };
  return Number.isSafeInteger(at) ? { at: new Date(Number(at)), id } : undefined;
}

interface MessagesOptions {
  readonly conversationId: ConversationId;
  readonly order: 'asc' | 'desc';
  readonly limit: number;
  readonly cursor?: string | null | undefined;
}

export async function pageOfMessages(
  user: UserHandle,
  { conversationId, order, limit, cursor }: MessagesOptions,
): Promise<Page<Message>> {
  const kind: CursorKind = `messages-${order}`;
  const seq = cursor ? decodeCursor(kind, cursor, seqOf(conversationId)) : undefined;
  const rows =
    order === 'asc'
      ? await user.all(messages.listAfter, { conversationId, seq: seq ?? 0, limit: limit + 1 })
      : await user.all(messages.listBefore, { conversationId, seq: seq ?? HIGHEST_SEQ, limit: limit + 1 });
  return page(rows, limit, toMessage, (row) => encodeCursor(kind, [conversationId, row.seq]));
}

interface SourceOptions {
  readonly source: string;
  readonly conversationId?: ConversationId | undefined;
  readonly limit: number;
  readonly cursor?: string | null | undefined;
}

export async function pageOfSource(
  user: UserHandle,
  { source, conversationId, limit, cursor }: SourceOptions,
): Promise<Page<Message>> {
  if (conversationId !== undefined) {
    const seq = cursor ? decodeCursor('source', cursor, seqOf(conversationId)) : HIGHEST_SEQ;
    const rows = await user.all(messages.listBySourceBefore, { conversationId, source, seq, limit: limit + 1 });
    return page(rows, limit, toMessage, (row) => encodeCursor('source', [conversationId, row.seq]));
  }
  const { at, id } = cursor ? decodeCursor('source', cursor, sourceKey) : { at: LATEST, id: HIGHEST_ID };
  const rows = await user.all(messages.listBySource, { source, at, id, limit: limit + 1 });
  return page(rows, limit, toMessage, (row) => encodeCursor('source', [row.created_at.getTime(), row.id]));
}

function sourceKey(key: readonly unknown[]): { readonly at: Date; readonly id: string } | undefined {
  const { at, id } = conversationKey(key) ?? { at: null, id: '' };
  return at === null ? undefined : { at, id };
}

function isUuid(value: unknown): value is string {
  return uuidSchema.safeParse(value).success;
}

/** One row more than asked for tells whether there is a next page. */
function page<Row, Item>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => Item,
  cursorOf: (row: Row) => string,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(toItem), nextCursor: rows.length > limit && last !== undefined ? cursorOf(last) : null };
}
