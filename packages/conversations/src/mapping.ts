import type { findById, list } from './repositories/conversation.repository.ts';
import type { listAfter } from './repositories/message.repository.ts';
import type { KnownMetadata } from './schemas/message.schema.ts';
import type {
  Conversation,
  ConversationId,
  ConversationSummary,
  JsonObject,
  Message,
  MessageId,
  MessagePart,
} from './types.ts';

export type SummaryRow = (typeof list)['row'];
export type ConversationRow = (typeof findById)['row'];
export type MessageRow = (typeof listAfter)['row'];

export function toSummary(row: SummaryRow): ConversationSummary {
  return {
    id: row.id as ConversationId,
    title: row.title,
    status: row.status,
    source: row.source,
    externalId: row.external_id,
    metadata: row.metadata as JsonObject,
    isHidden: row.is_hidden,
    isCold: row.is_cold,
    version: row.version,
    messageCount: row.message_count,
    lastMessageAt: row.last_message_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    archivedAt: row.archived_at,
    closedAt: row.closed_at,
    deletedAt: row.deleted_at,
    expiresAt: row.expires_at,
  };
}

export function toConversation(row: ConversationRow): Conversation {
  return { ...toSummary(row), activeLeafId: (row.active_leaf_id ?? row.newest_message_id) as MessageId | null };
}

export function toMessage(row: MessageRow): Message {
  const { source, model_name: modelName, tokens, latency_ms: latencyMs } = row;
  return {
    id: row.id as MessageId,
    conversationId: row.conversation_id as ConversationId,
    seq: row.seq,
    parentId: row.parent_id as MessageId | null,
    role: row.role,
    content: row.content,
    parts: row.parts as readonly MessagePart[] | null,
    status: row.status,
    requestId: row.request_id,
    externalId: row.external_id,
    source,
    modelName,
    tokens,
    latencyMs,
    metadata: wholeMetadata({ source, modelName, tokens, latencyMs, rest: row.metadata as JsonObject }),
    createdAt: row.created_at,
  };
}

/** The members that have columns of their own, put back among the others. */
export function wholeMetadata({ rest, ...known }: KnownMetadata): JsonObject {
  const present = Object.entries(known).filter(([, value]) => value !== null);
  return { ...rest, ...Object.fromEntries(present) };
}
