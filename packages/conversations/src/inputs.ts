import type { MatchMode, SearchMode } from '@keelson/db-core';
import type { ConversationStatus, JsonObject, MessagePart, MessageRole, MessageStatus } from './types.ts';

export interface CreateConversation {
  /** A UUID; by default a new one. */
  readonly id?: string;
  /** 1–500 characters. */
  readonly title?: string | null;
  /** Where it comes from, 1–100 characters. */
  readonly source?: string | null;
  /** Any JSON object of at most 256 KiB. */
  readonly metadata?: JsonObject;
  readonly isHidden?: boolean;
}

export interface ListConversations {
  /** Default: `ACTIVE` and `CLOSED`. */
  readonly status?: ConversationStatus | readonly ConversationStatus[];
  readonly includeHidden?: boolean;
  /** 1–500; default 50. */
  readonly limit?: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string | null;
}

export interface ChangeOptions {
  /** Change it only while it has this version; otherwise `ConversationChangedError`. */
  readonly ifVersion?: number;
}

export interface MessageMetadata {
  /** Where the message comes from, 1–100 characters; `getBySource` finds it by that. */
  readonly source?: string | null;
  /** 1–200 characters. */
  readonly modelName?: string | null;
  readonly tokens?: number | null;
  /** Kept in whole milliseconds. */
  readonly latencyMs?: number | null;
  readonly [key: string]: JsonObject[string] | undefined;
}

export interface SaveMessage {
  readonly conversationId: string;
  /** At most 4 Mi UTF-16 units. Empty only with parts, or for a partial or aborted message. */
  readonly content: string;
  /** Names the request, 1–255 characters: one message of each role can be saved for it, and saving it again is safe. */
  readonly requestId?: string | null;
  /** Tells several messages of one role and request apart; default 0. */
  readonly requestPart?: number;
  /** The message that this one follows; by default the active leaf. */
  readonly parentId?: string;
  readonly parts?: readonly MessagePart[] | null;
  /** Default `complete`. */
  readonly status?: MessageStatus;
  readonly metadata?: MessageMetadata;
}

export interface SaveAnyMessage extends SaveMessage {
  readonly role: MessageRole;
}

export interface GetMessages {
  readonly conversationId: string;
  /** Default `asc`: the first message first. */
  readonly order?: 'asc' | 'desc';
  /** 1–500; default 50. */
  readonly limit?: number;
  readonly cursor?: string | null;
}

export interface GetBySource {
  readonly source: string;
  readonly conversationId?: string;
  /** 1–500; default 50. */
  readonly limit?: number;
  readonly cursor?: string | null;
}

export interface SearchConversations {
  /** Words; `"these words"`, `begin*`, `-without`, `this OR that`. At most 1,000 characters and 64 words. */
  readonly query: string;
  /**
   * By words, by meaning, or by both. The last two need an embedding model. Default: `hybrid` where one is set that was
   * trained, unless `match` is given; else `text`.
   */
  readonly mode?: SearchMode;
  /** Must a text have all the words, or any of them? Default: `all`. */
  readonly match?: MatchMode;
  /** Only messages of this role, or of one of these; titles have none. */
  readonly role?: MessageRole | readonly MessageRole[];
  /** Nothing from before this. */
  readonly from?: Date;
  /** Only what is from before this. */
  readonly to?: Date;
  /** Only this conversation. */
  readonly conversationId?: string;
  /** Archived conversations too. Deleted and hidden ones are never found. Default: false. */
  readonly includeArchived?: boolean;
  /** 1–100; default 20. */
  readonly limit?: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string | null;
}
