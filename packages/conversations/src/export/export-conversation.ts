import { InternalError, type UserHandle } from '@keelson/db-core';
import { unpack } from '../cold/pack.ts';
import { findParts, openParts } from '../cold/parts.ts';
import { ConversationNotFoundError } from '../errors.ts';
import { type ConversationRow, type MessageRow, toConversation, toMessage } from '../mapping.ts';
import * as cold from '../repositories/cold.repository.ts';
import * as conversations from '../repositories/conversation.repository.ts';
import * as messages from '../repositories/message.repository.ts';
import type { Conversation, ConversationId, JsonObject, JsonValue, Message, MessageId } from '../types.ts';

export const EXPORT_FORMAT = 'keelson.conversation/1';

/** Times are ISO 8601 in UTC; all else is as in the facade's objects. */
type Exported<Row> = {
  readonly [Key in keyof Row]: Row[Key] extends Date ? string : Row[Key] extends Date | null ? string | null : Row[Key];
};

export type ExportedConversation = Exported<Omit<Conversation, 'isCold'>>;
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
/** How often rows are looked for that have moved. */
const MAX_TRIES = 10;

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
  return row.is_cold ? openCold(user, row) : { conversation: toConversation(row), rows: () => rowsOf(user, row) };
}

/** Out of cold storage, where it stays. The same conversation gives the same export as before. */
async function openCold(user: UserHandle, row: ConversationRow): Promise<OpenedConversation> {
  const parts = await findParts(user, row.id);
  const newest = await user.first(cold.findPart, { id: parts?.ids.at(-1) ?? row.id });
  // It was thawed meanwhile.
  if (parts === undefined || newest === undefined) return openConversation(user, row.id as ConversationId);
  const leafId = parts.leafId ?? (await unpack(newest)).at(-1)?.id ?? null;
  return {
    conversation: { ...toConversation(row), activeLeafId: leafId as MessageId | null },
    rows: () => rowsOf(user, row),
  };
}

/** Wherever they are: a conversation may go into cold storage, or come back, while it is read. */
async function* rowsOf(user: UserHandle, row: ConversationRow): AsyncGenerator<MessageRow> {
  const place = { conversationId: row.id, after: 0, last: row.next_seq - 1 };
  for (let tries = 0; place.after < place.last && tries < MAX_TRIES; tries += 1) {
    const state = await user.first(conversations.findState, { id: row.id });
    // It was erased meanwhile. What was given isn't all that it had.
    if (state === undefined) throw ConversationNotFoundError.of(row.id);
    for await (const message of state.is_cold ? coldRows(user, place) : storedRows(user, place)) {
      yield message;
      place.after = message.seq;
      tries = 0;
    }
  }
  if (place.after < place.last)
    throw new InternalError(`Of conversation ${row.id} the messages after number ${place.after} were not found.`);
}

interface Place {
  readonly conversationId: string;
  readonly after: number;
  readonly last: number;
}

async function* storedRows(
  user: UserHandle,
  { conversationId, after, last }: Place,
): AsyncGenerator<MessageRow, void, undefined> {
  for (let seq = after; seq < last;) {
    const rows = await user.all(messages.listAfter, { conversationId, seq, limit: Math.min(CHUNK, last - seq) });
    if (rows.length === 0) return;
    yield* rows;
    seq = rows.at(-1)?.seq ?? last;
  }
}

async function* coldRows(
  user: UserHandle,
  { conversationId, after }: Place,
): AsyncGenerator<MessageRow, void, undefined> {
  for await (const { rows } of openParts(user, conversationId)) yield* rows.filter(({ seq }) => seq > after);
}

/** The whole document at once. */
export async function exportConversation(user: UserHandle, id: ConversationId): Promise<ConversationDocument> {
  const { conversation, rows } = await openConversation(user, id);
  const exported: ExportedMessage[] = [];
  for await (const row of rows()) exported.push(toExportedMessage(row));
  return { format: EXPORT_FORMAT, conversation: toExportedConversation(conversation), messages: exported };
}

/** The same document as text in pieces, without a line end. */
export async function* documentText({ conversation, rows }: OpenedConversation): AsyncGenerator<string> {
  yield `{"format":${JSON.stringify(EXPORT_FORMAT)},"conversation":${JSON.stringify(toExportedConversation(conversation))},"messages":[`;
  let between = '';
  for await (const row of rows()) {
    yield `${between}${JSON.stringify(toExportedMessage(row))}`;
    between = ',';
  }
  yield ']}';
}

/** Where it lies says nothing of it. */
function toExportedConversation(conversation: Conversation): ExportedConversation {
  const { isCold: _, ...exported } = conversation;
  return plain(exported);
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
