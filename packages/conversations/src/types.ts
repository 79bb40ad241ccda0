import type { ConversationStatus, FieldHighlights, MessageRole, MessageStatus, SearchPage } from '@keelson/db-core';

export type { ConversationStatus, MessageRole, MessageStatus };

/** Id of a conversation: a UUID, lower case. */
export type ConversationId = string & { readonly __brand: 'ConversationId' };
/** Id of a message: a UUID, lower case. */
export type MessageId = string & { readonly __brand: 'MessageId' };

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** A conversation as lists give it. */
export interface ConversationSummary {
  readonly id: ConversationId;
  readonly title: string | null;
  readonly status: ConversationStatus;
  /** Where it comes from, e.g. `chatgpt`; null when nobody said. */
  readonly source: string | null;
  /** The id that the source gave it; null for one that was made here. */
  readonly externalId: string | null;
  readonly metadata: JsonObject;
  /** Kept out of lists unless they ask for hidden ones. */
  readonly isHidden: boolean;
  /** Are its messages in cold storage? They can be exported; to be read again, it is thawed. */
  readonly isCold: boolean;
  /** Grows with each change of title, status or active leaf, not with messages. Give it as `ifVersion` to notice others' changes. */
  readonly version: number;
  readonly messageCount: number;
  /** Time of the newest message; never goes back. Null while there are no messages. */
  readonly lastMessageAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly archivedAt: Date | null;
  readonly closedAt: Date | null;
  readonly deletedAt: Date | null;
  /** From then on it may be erased for good. Null: never. */
  readonly expiresAt: Date | null;
}

export interface Conversation extends ConversationSummary {
  /** The message that the next one answers: the end of the branch in use. Null while there are no messages, or in cold storage. */
  readonly activeLeafId: MessageId | null;
}

export interface Message {
  readonly id: MessageId;
  readonly conversationId: ConversationId;
  /** 1, 2, 3 … in each conversation, without gaps: the order in which messages were saved. */
  readonly seq: number;
  /** The message that this one follows. Messages with the same parent are branches. Null for the first. */
  readonly parentId: MessageId | null;
  readonly role: MessageRole;
  readonly content: string;
  /** What is more than text: tool calls, results, attachments. Null when the text is all. */
  readonly parts: readonly MessagePart[] | null;
  /** `partial`: still being written, and may be saved again with the same request id. `aborted`: cut off for good. */
  readonly status: MessageStatus;
  readonly requestId: string | null;
  /** The id that the source gave it; null for one that was saved here. */
  readonly externalId: string | null;
  readonly source: string | null;
  readonly modelName: string | null;
  readonly tokens: number | null;
  readonly latencyMs: number | null;
  /** All metadata as saved, the four above included. */
  readonly metadata: JsonObject;
  readonly createdAt: Date;
}

/** A message of a branch. */
export interface PathMessage extends Message {
  /** Which of the messages that follow the same one it is, from 1, and how many there are: `2/3`. */
  readonly siblings: { readonly position: number; readonly count: number };
}

/** A message as a model is given it. */
export interface ContextMessage extends Message {
  /** What it takes of the budget, with what the model's format puts around it. */
  readonly tokenCount: number;
}

/** What a model is given of a conversation. */
export interface ModelContext {
  /** The oldest first; system messages at their places. */
  readonly messages: readonly ContextMessage[];
  readonly tokens: { readonly system: number; readonly conversation: number; readonly total: number };
  /** Messages of the branch that aren't in it. */
  readonly leftOut: {
    /** Those before it, for which there was no room. */
    readonly earlier: number;
    /** Those inside: empty or unfinished ones, tools' results without their call, calls without their results. */
    readonly incomplete: number;
  };
}

/** A message that a save gave. */
export interface SavedMessage {
  readonly message: Message;
  /** Was it appended by this save? False when its request had been saved before. */
  readonly isNew: boolean;
}

/** One piece of a message. `data` takes whatever has no shape of its own. */
export type MessagePart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'reasoning'; readonly text: string }
  /** Without `input` the message's content is the input. */
  | { readonly type: 'tool-call'; readonly toolName: string; readonly toolCallId?: string; readonly input?: JsonValue }
  /** Without `output` the message's content is the output. */
  | {
      readonly type: 'tool-result';
      readonly toolName?: string;
      readonly toolCallId?: string;
      readonly output?: JsonValue;
      readonly isError?: boolean;
    }
  | {
      readonly type: 'attachment';
      readonly name?: string;
      readonly mediaType?: string;
      readonly url?: string;
      readonly sizeBytes?: number;
    }
  | { readonly type: 'data'; readonly name: string; readonly data: JsonValue };

interface Found {
  readonly conversationId: ConversationId;
  /** The conversation's. */
  readonly title: string | null;
  /** When the message was saved, or the conversation made. */
  readonly at: Date;
  /** Higher is better. Only to be compared with others of the same search. */
  readonly score: number;
  /** Where in `title` or `content` the words were found; without ranges what was found by its meaning. */
  readonly highlights: readonly FieldHighlights[];
}

/** What a search found: a conversation by its title, or a message by its content, of whatever branch. */
export type ConversationHit =
  | (Found & { readonly type: 'conversation' })
  | (Found & {
      readonly type: 'message';
      readonly messageId: MessageId;
      readonly seq: number;
      readonly role: MessageRole;
    });

/** The best first. There may be fewer than the limit and a cursor all the same: go on until it is null. */
export interface ConversationSearchPage extends Omit<SearchPage, 'items'> {
  readonly items: readonly ConversationHit[];
}

/** A page of a list. `nextCursor` is null on the last one; otherwise hand it back to go on. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/** What happened in a conversation: all of it as it is now. Nothing, when only the position is further. */
export interface ConversationUpdate {
  /** Those that were saved, and those that were partial and have grown; by `seq`. */
  readonly messages: readonly Message[];
  /** When its title, status or counts have changed; null otherwise. */
  readonly conversation: Conversation | null;
  /** It was deleted or erased. Nothing follows. */
  readonly isDeleted: boolean;
  /** Where to go on after this: `after` of another `follow`. */
  readonly position: string;
}

/** Of a list of values. Null where there are none; p50 and p95 are values that occurred. */
export interface Figures {
  readonly count: number;
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
}

export interface DayFigures {
  /** `2026-03-29`, in the time zone that was asked for. */
  readonly date: string;
  readonly messages: number;
  readonly byRole: Readonly<Record<MessageRole, number>>;
}

export interface ModelFigures {
  readonly modelName: string;
  readonly messages: number;
  /** Of the messages that say their tokens: what the model charged for. */
  readonly tokens: Figures & { readonly sum: number };
  /** Of the messages that say how long the model took, in milliseconds. */
  readonly latencyMs: Figures;
}

export interface StatisticsTotals {
  readonly messages: number;
  readonly tokens: number;
}

export interface Statistics {
  readonly from: Date;
  /** Not in it. */
  readonly to: Date;
  readonly timeZone: string;
  readonly totals: StatisticsTotals;
  /** Every day of the span. */
  readonly days: readonly DayFigures[];
  /** Those that wrote most messages first. */
  readonly models: readonly ModelFigures[];
}

export interface UserFigures extends StatisticsTotals {
  readonly userId: string;
}

export interface OverallStatistics extends Statistics {
  /** The hundred who have most messages. */
  readonly users: readonly UserFigures[];
  readonly usersLeftOut: number;
}
