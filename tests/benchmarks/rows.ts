/** Rows with the values that a program has, before any database has seen them: `Date`, parsed JSON, boolean. */

export interface ConversationRow {
  readonly id: string;
  readonly title: string | null;
  readonly status: 'ACTIVE' | 'ARCHIVED' | 'CLOSED' | 'DELETED';
  readonly source: string | null;
  readonly external_id: string | null;
  readonly metadata: unknown;
  readonly is_hidden: boolean;
  readonly version: number;
  readonly message_count: number;
  readonly last_message_at: Date | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly archived_at: Date | null;
  readonly closed_at: Date | null;
  readonly deleted_at: Date | null;
}

export interface MessageRow {
  readonly id: string;
  readonly conversation_id: string;
  readonly seq: number;
  readonly parent_id: string | null;
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly content: string;
  readonly parts: unknown;
  readonly status: 'complete' | 'partial' | 'aborted';
  readonly request_id: string | null;
  readonly external_id: string | null;
  readonly source: string | null;
  readonly model_name: string | null;
  readonly tokens: number | null;
  readonly latency_ms: number | null;
  readonly metadata: unknown;
  readonly created_at: Date;
}

/** A message that gets its number from its conversation's counter. */
export type Appended = Omit<MessageRow, 'seq'>;

export const conversationColumns = [
  'id',
  'title',
  'status',
  'source',
  'external_id',
  'metadata',
  'is_hidden',
  'version',
  'message_count',
  'last_message_at',
  'created_at',
  'updated_at',
  'archived_at',
  'closed_at',
  'deleted_at',
] as const satisfies readonly (keyof ConversationRow)[];

export const messageColumns = [
  'id',
  'conversation_id',
  'seq',
  'parent_id',
  'role',
  'content',
  'parts',
  'status',
  'request_id',
  'external_id',
  'source',
  'model_name',
  'tokens',
  'latency_ms',
  'metadata',
  'created_at',
] as const satisfies readonly (keyof MessageRow)[];

/** A page of a conversation. */
export const PAGE_LENGTH = 50;
