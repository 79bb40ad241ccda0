import type { UserHandle } from '@keelson/db-core';
import { ConversationNotFoundError } from '../errors.ts';
import { type ConversationRow, type MessageRow, toConversation, toMessage } from '../mapping.ts';
import * as conversations from '../repositories/conversation.repository.ts';
import * as messages from '../repositories/message.repository.ts';
import type { Conversation, ConversationId, JsonObject, JsonValue, Message } from '../types.ts';

export const EXPORT_FORMAT = 'keelson.conversation/1';

/** Times are ISO 8601 in UTC; all else is as in the facade's objects. */
type Exported<Row> = {
  readonly [Key in keyof Row]: Row[Key] extends Date ? string : Row[Key] extends Date | null ? string | null : Row[Key];
};

export type ExportedConversation = Exported<Conversation>;
export interface ExportedMessage extends Exported<Message> {
  /** Tells several messages of one role and request apart. */
  readonly requestPart: number;
}

/** One conversation as a JSON document: the same conversation always gives the same text, on both engines. */
export interface ConversationDocument {
  readonly format: typeof EXPORT_FORMAT;
  readonly conversation: ExportedConversation;
  /** By `seq`. */
  readonly messages: readonly ExportedMessage[];
}

const CHUNK = 500;

/** A conversation as it is now, and its messages to read in steps. */
export interface OpenedConversation {
  readonly conversation: Conversation;
  /**
   * By `seq`. Messages that come meanwhile stay out: those up to the number that the conversation had at the start don't
   * change and have no gaps.
   */
  readonly rows: () => AsyncGenerator<MessageRow>;
}

/** @throws ConversationNotFoundError */
export async function openConversation(user: UserHandle, id: ConversationId): Promise<OpenedConversation> {
  const row = await user.first(conversations.findById, { id });
  if (row === undefined) throw ConversationNotFoundError.of(id);
  return { conversation: toConversation(row), rows: () => rowsOf(user, row) };
}

async function* rowsOf(user: UserHandle, { id, next_seq: next }: ConversationRow): AsyncGenerator<MessageRow> {
  let last = 0;
  while (last < next - 1) {
    const limit = Math.min(CHUNK, next - 1 - last);
    const rows = await user.all(messages.listAfter, { conversationId: id, seq: last, limit });
    if (rows.length === 0) break;
    yield* rows;
    last = rows.at(-1)?.seq ?? last;
  }
}

/** The whole document at once. */
export async function exportConversation(user: UserHandle, id: ConversationId): Promise<ConversationDocument> {
  const { conversation, rows } = await openConversation(user, id);
  const exported: ExportedMessage[] = [];
  for await (const row of rows()) exported.push(toExportedMessage(row));
  return { format: EXPORT_FORMAT, conversation: plain(conversation), messages: exported };
}

/** The same document as text in pieces, without a line end. */
export async function* documentText({ conversation, rows }: OpenedConversation): AsyncGenerator<string> {
  yield `{"format":${JSON.stringify(EXPORT_FORMAT)},"conversation":${JSON.stringify(plain(conversation))},"messages":[`;
  let between = '';
  for await (const row of rows()) {
    yield `${between}${JSON.stringify(toExportedMessage(row))}`;
    between = ',';
  }
  yield ']}';
}

function toExportedMessage(row: MessageRow): ExportedMessage {
  const { id, conversationId, seq, parentId, role, content, parts, status, requestId, ...rest } = toMessage(row);
  const first = { id, conversationId, seq, parentId, role, content, parts, status, requestId };
  return plain({ ...first, requestPart: row.request_part, ...rest });
}

function plain<Row extends object>(row: Row): Exported<Row> {
  const members = Object.entries(row).map(([key, value]: [string, unknown]) => [
    key,
    value instanceof Date ? value.toISOString() : sorted(value),
  ]);
  return Object.fromEntries(members) as Exported<Row>;
}

/** PostgreSQL stores the members of a JSON object in an order of its own; by name they are the same on both engines. */
function sorted(value: unknown): JsonValue {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value as JsonValue;
  const members = Object.entries(value as JsonObject).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([key, member]) => [key, sorted(member)]));
}
