import type { ConversationRow, MessageRow } from '../rows.ts';

/** Rows as SQLite keeps them: times are milliseconds, JSON is text, a boolean is 0 or 1. For those who decode by hand. */

export interface StoredConversation extends Omit<
  ConversationRow,
  | 'metadata'
  | 'is_hidden'
  | 'last_message_at'
  | 'created_at'
  | 'updated_at'
  | 'archived_at'
  | 'closed_at'
  | 'deleted_at'
> {
  readonly metadata: string;
  readonly is_hidden: number;
  readonly last_message_at: number | null;
  readonly created_at: number;
  readonly updated_at: number;
  readonly archived_at: number | null;
  readonly closed_at: number | null;
  readonly deleted_at: number | null;
}

export interface StoredMessage extends Omit<MessageRow, 'parts' | 'metadata' | 'created_at'> {
  readonly parts: string | null;
  readonly metadata: string;
  readonly created_at: number;
}

/** Written out, because a loop over columns would cost what it is meant to be measured against. */
export function decodeConversation(row: StoredConversation): ConversationRow {
  return {
    id: row.id,
    title: row.title,
    status: row.status,
    source: row.source,
    external_id: row.external_id,
    metadata: JSON.parse(row.metadata),
    is_hidden: row.is_hidden === 1,
    version: row.version,
    message_count: row.message_count,
    last_message_at: row.last_message_at === null ? null : new Date(row.last_message_at),
    created_at: new Date(row.created_at),
    updated_at: new Date(row.updated_at),
    archived_at: row.archived_at === null ? null : new Date(row.archived_at),
    closed_at: row.closed_at === null ? null : new Date(row.closed_at),
    deleted_at: row.deleted_at === null ? null : new Date(row.deleted_at),
  };
}

export function decodeMessage(row: StoredMessage): MessageRow {
  return {
    id: row.id,
    conversation_id: row.conversation_id,
    seq: row.seq,
    parent_id: row.parent_id,
    role: row.role,
    content: row.content,
    parts: row.parts === null ? null : JSON.parse(row.parts),
    status: row.status,
    request_id: row.request_id,
    external_id: row.external_id,
    source: row.source,
    model_name: row.model_name,
    tokens: row.tokens,
    latency_ms: row.latency_ms,
    metadata: JSON.parse(row.metadata),
    created_at: new Date(row.created_at),
  };
}

export function encodeMessage(row: MessageRow): StoredMessage {
  return {
    ...row,
    parts: encodeJson(row.parts),
    metadata: JSON.stringify(row.metadata),
    created_at: row.created_at.getTime(),
  };
}

export function encodeJson(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}
