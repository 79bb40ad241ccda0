import type { UserHandle } from '@keelson/db-core';
import { ConversationNotFoundError } from '../errors.ts';
import { toConversation, toMessage } from '../mapping.ts';
import * as conversations from '../repositories/conversation.repository.ts';
import * as messages from '../repositories/message.repository.ts';
import type { Conversation, ConversationId, JsonObject, JsonValue, Message } from '../types.ts';

export const EXPORT_FORMAT = 'keelson.conversation/1';

/** Times are ISO 8601 in UTC; all else is as in the facade's objects. */
type Exported<Row> = {
  readonly [Key in keyof Row]: Row[Key] extends Date ? string : Row[Key] extends Date | null ? string | null : Row[Key];
};

/** One conversation as a JSON document: the same conversation always gives the same text, on both engines. */
export interface ConversationDocument {
  readonly format: typeof EXPORT_FORMAT;
  readonly conversation: Exported<Conversation>;
  /** By `seq`. */
  readonly messages: readonly Exported<Message>[];
}

const CHUNK = 500;

/**
 * Reads in steps, so that a long conversation doesn't hold up others. Messages that come meanwhile stay out: those up to
 * the number that the conversation had at the start don't change and have no gaps.
 */
export async function exportConversation(user: UserHandle, id: ConversationId): Promise<ConversationDocument> {
  const row = await user.first(conversations.findById, { id });
  if (row === undefined) throw ConversationNotFoundError.of(id);
  const exported: Exported<Message>[] = [];
  let last = 0;
  while (last < row.next_seq - 1) {
    const limit = Math.min(CHUNK, row.next_seq - 1 - last);
    const rows = await user.all(messages.listAfter, { conversationId: id, seq: last, limit });
    if (rows.length === 0) break;
    exported.push(...rows.map((each) => plain(toMessage(each))));
    last = rows.at(-1)?.seq ?? last;
  }
  return { format: EXPORT_FORMAT, conversation: plain(toConversation(row)), messages: exported };
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
