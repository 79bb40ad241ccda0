import type { ConversationStatus, MessageRole, MessageStatus } from '../types.ts';

/** A conversation in the mirror. Times are as everywhere in Keelson: see the table in the README. */
export interface MirrorConversation {
  user_id: string;
  id: string;
  status: ConversationStatus;
  source: string | null;
  is_hidden: boolean;
  is_cold: boolean;
  message_count: number;
  created_at: Date;
  created_on: string;
  updated_at: Date;
  last_message_at: Date | null;
  archived_at: Date | null;
  closed_at: Date | null;
}

/** A message in the mirror. */
export interface MirrorMessage {
  user_id: string;
  id: string;
  conversation_id: string;
  seq: number;
  role: MessageRole;
  status: MessageStatus;
  source: string | null;
  model_name: string | null;
  tokens: number | null;
  token_count: number | null;
  latency_ms: number | null;
  created_at: Date;
  created_on: string;
}

/** The tables that a fill goes through, in this order. */
export const FILL_STAGES = ['conversations', 'messages', 'cold'] as const;
export type FillStage = (typeof FILL_STAGES)[number];

/** What a mirror knows of itself: one row. */
export interface MirrorState {
  singleton: number;
  source_id: string;
  consumer: string;
  position: string | null;
  fill_position: string | null;
  fill_stage: FillStage | null;
  fill_user_id: string | null;
  fill_id: string | null;
  lease_id: string | null;
  lease_expires_at: Date | null;
  created_at: Date;
  filled_at: Date | null;
  current_at: Date | null;
}

declare module '@keelson/db-core' {
  interface ApplicationTables {
    mirror_conversations: MirrorConversation;
    mirror_messages: MirrorMessage;
    mirror_state: MirrorState;
  }
}
