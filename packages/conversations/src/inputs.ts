import type { ConversationStatus, JsonObject, Message, MessagePart, MessageRole, MessageStatus } from './types.ts';

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
  /** From then on it may be erased for good, which a worker does every night. Default: null, never. */
  readonly expiresAt?: Date | null;
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

export interface FollowConversation {
  readonly conversationId: string;
  /** `position` of an update, or of `database.changes.position()`. Default: now. */
  readonly after?: string;
  /** Ends it. */
  readonly signal?: AbortSignal;
}

export interface ChangeOptions {
  /** Change it only while it has this version; otherwise `ConversationChangedError`. */
  readonly ifVersion?: number;
}

export interface SetActiveLeaf extends ChangeOptions {
  /**
   * Go on to the newest message that this one leads to, as when somebody looks at another of several answers. Default: the
   * message itself is the end, and what follows it stays beside what comes.
   */
  readonly toNewest?: boolean;
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
  /**
   * The message that this one follows; by default the active leaf. With the parent of another message this one becomes its
   * sibling: an answer that is given anew, or a question that is put anew. Null: it follows none, as the first one.
   */
  readonly parentId?: string | null;
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

export interface GetActivePath {
  readonly conversationId: string;
  /** The branch that ends with this message; by default the one in use. */
  readonly leafId?: string;
  /** Default `asc`: the first message first. */
  readonly order?: 'asc' | 'desc';
  /** 1–500; default 50. */
  readonly limit?: number;
  readonly cursor?: string | null;
}

export interface GetSiblings {
  readonly conversationId: string;
  readonly messageId: string;
  /** 1–500; default 50. */
  readonly limit?: number;
  readonly cursor?: string | null;
}

/** How many tokens a message has for a model. */
export type CountMessageTokens = (message: Message) => number | Promise<number>;

export interface BuildContext {
  readonly conversationId: string;
  /** Most tokens of all messages together. This or `maxMessages` is needed. */
  readonly maxTokens?: number;
  /** Most messages, system messages not counted. */
  readonly maxMessages?: number;
  /** Default true: the branch's system messages are in it, however old. False: none is. */
  readonly includeSystem?: boolean;
  /** Default true: what was said of an answer that was cut off, or is still being written, is in it. */
  readonly includeUnfinished?: boolean;
  /** The branch that ends with this message; by default the one in use. */
  readonly leafId?: string;
  /** What the model's format adds to each message; default 4. */
  readonly tokensPerMessage?: number;
  /** Counts instead of `o200k_base`, for a model with another tokenizer or for attachments. */
  readonly countTokens?: CountMessageTokens;
}

export interface GetStatistics {
  /** From this time on; default: 30 days before `to`. At most 1,100 days. */
  readonly from?: Date;
  /** Before this time; default: now. */
  readonly to?: Date;
  /** By whose clock a day begins, such as `Europe/Berlin`; default `UTC`. */
  readonly timeZone?: string;
}

export interface GetBySource {
  readonly source: string;
  readonly conversationId?: string;
  /** 1–500; default 50. */
  readonly limit?: number;
  readonly cursor?: string | null;
}
