import { defineQuery } from '@keelson/db-core';
import type { JsonObject, MessagePart, MessageRole, MessageStatus } from '../types.ts';

/** What the facade's messages are made of. */
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
  'request_part',
  'external_id',
  'source',
  'model_name',
  'tokens',
  'latency_ms',
  'metadata',
  'created_at',
] as const;

const columns = messageColumns;

/** Upwards from a number, which isn't in the page. */
export const listAfter = defineQuery(
  'messages.listAfter',
  (db, p: { conversationId: string; seq: number; limit: number }) =>
    db
      .selectFrom('conversation_messages')
      .select(columns)
      .where('conversation_id', '=', p.conversationId)
      .where('seq', '>', p.seq)
      .orderBy('seq')
      .limit(p.limit),
);

/** Downwards from a number, which isn't in the page. */
export const listBefore = defineQuery(
  'messages.listBefore',
  (db, p: { conversationId: string; seq: number; limit: number }) =>
    db
      .selectFrom('conversation_messages')
      .select(columns)
      .where('conversation_id', '=', p.conversationId)
      .where('seq', '<', p.seq)
      .orderBy('seq', 'desc')
      .limit(p.limit),
);

/** Those that are of this conversation. */
export const listByIds = defineQuery(
  'messages.listByIds',
  (db, p: { conversationId: string; ids: readonly string[] }) =>
    db
      .selectFrom('conversation_messages')
      .select(columns)
      .where('id', 'in', p.ids)
      .where('conversation_id', '=', p.conversationId),
);

/** All messages of a source, the latest first, below a time and an id. */
export const listBySource = defineQuery(
  'messages.listBySource',
  (db, p: { source: string; at: Date; id: string; limit: number }) =>
    db
      .selectFrom('conversation_messages')
      .innerJoin('conversations', 'conversations.id', 'conversation_messages.conversation_id')
      .select(columns.map((column) => `conversation_messages.${column}` as const))
      .where('conversation_messages.source', '=', p.source)
      .where('conversation_messages.created_at', '<=', p.at)
      .where((eb) =>
        eb.or([eb('conversation_messages.created_at', '<', p.at), eb('conversation_messages.id', '<', p.id)]),
      )
      .where('conversations.status', '<>', 'DELETED')
      .orderBy('conversation_messages.created_at', 'desc')
      .orderBy('conversation_messages.id', 'desc')
      .limit(p.limit),
);

/** Those of one conversation, downwards from a number. */
export const listBySourceBefore = defineQuery(
  'messages.listBySourceBefore',
  (db, p: { conversationId: string; source: string; seq: number; limit: number }) =>
    db
      .selectFrom('conversation_messages')
      .select(columns)
      .where('conversation_id', '=', p.conversationId)
      .where('seq', '<', p.seq)
      .where('source', '=', p.source)
      .orderBy('seq', 'desc')
      .limit(p.limit),
);

export const countByRole = defineQuery('messages.countByRole', (db, p: { conversationId: string }) =>
  db
    .selectFrom('conversation_messages')
    .select((eb) => ['role', eb.fn.countAll<number>().as('count')])
    .where('conversation_id', '=', p.conversationId)
    .groupBy('role'),
);

export const findInConversation = defineQuery(
  'messages.findInConversation',
  (db, p: { conversationId: string; id: string }) =>
    db
      .selectFrom('conversation_messages')
      .select('id')
      .where('conversation_id', '=', p.conversationId)
      .where('id', '=', p.id),
);

/** Which of these ids are in use, and in which conversation. */
export const findByIds = defineQuery('messages.findByIds', (db, p: { ids: readonly string[] }) =>
  db.selectFrom('conversation_messages').select(['id', 'conversation_id']).where('id', 'in', p.ids),
);

export interface RequestParams {
  conversationId: string;
  requestId: string;
  role: MessageRole;
  requestPart: number;
}

export const findByRequest = defineQuery('messages.findByRequest', (db, p: RequestParams) =>
  db
    .selectFrom('conversation_messages')
    .select(columns)
    .where('conversation_id', '=', p.conversationId)
    .where('request_id', '=', p.requestId)
    .where('role', '=', p.role)
    .where('request_part', '=', p.requestPart),
);

/** A conversation's messages by the ids that their source gave them. */
export const listExternalIds = defineQuery('messages.listExternalIds', (db, p: { conversationId: string }) =>
  db
    .selectFrom('conversation_messages')
    .select(['id', 'external_id'])
    .where('conversation_id', '=', p.conversationId)
    .where('external_id', 'is not', null),
);

export interface NewMessage {
  id: string;
  conversationId: string;
  seq: number;
  role: MessageRole;
  content: string;
  parts: readonly MessagePart[] | null;
  status: MessageStatus;
  tokenCount: number | null;
  requestId: string | null;
  requestPart: number;
  source: string | null;
  modelName: string | null;
  tokens: number | null;
  latencyMs: number | null;
  metadata: JsonObject;
  createdAt: Date;
}

const REQUEST_KEY = ['user_id', 'conversation_id', 'request_id', 'role', 'request_part'] as const;

function ownValues(p: NewMessage) {
  return {
    id: p.id,
    conversation_id: p.conversationId,
    seq: p.seq,
    role: p.role,
    content: p.content,
    parts: p.parts,
    status: p.status,
    token_count: p.tokenCount,
    request_id: p.requestId,
    request_part: p.requestPart,
    source: p.source,
    model_name: p.modelName,
    tokens: p.tokens,
    latency_ms: p.latencyMs,
    metadata: p.metadata,
    created_at: p.createdAt,
  };
}

/** Below a given parent. Gives no row when the request has a message by now: see `conversations.giveSeqBack`. */
export const insert = defineQuery('messages.insert', (db, p: NewMessage & { parentId: string | null }) =>
  db
    .insertInto('conversation_messages')
    .values({ ...ownValues(p), parent_id: p.parentId })
    .onConflict((conflict) => conflict.columns(REQUEST_KEY).where('request_id', 'is not', null).doNothing())
    .returning('parent_id'),
);

/** Below the message with the number before: numbers have no gaps, so there is one unless this is the first. */
export const insertNext = defineQuery('messages.insertNext', (db, p: NewMessage & { previousSeq: number }) =>
  db
    .insertInto('conversation_messages')
    .values((eb) => ({
      ...ownValues(p),
      parent_id: eb
        .selectFrom('conversation_messages as previous')
        .select('previous.id')
        .where('previous.conversation_id', '=', p.conversationId)
        .where('previous.seq', '=', p.previousSeq),
    }))
    .onConflict((conflict) => conflict.columns(REQUEST_KEY).where('request_id', 'is not', null).doNothing())
    .returning('parent_id'),
);

export interface ImportedRow extends Omit<NewMessage, 'requestId' | 'requestPart' | 'latencyMs' | 'tokenCount'> {
  parentId: string | null;
  externalId: string;
}

export const insertImported = defineQuery('messages.insertImported', (db, p: ImportedRow) =>
  db.insertInto('conversation_messages').values({
    id: p.id,
    conversation_id: p.conversationId,
    seq: p.seq,
    parent_id: p.parentId,
    role: p.role,
    content: p.content,
    parts: p.parts,
    status: p.status,
    source: p.source,
    model_name: p.modelName,
    tokens: p.tokens,
    metadata: p.metadata,
    external_id: p.externalId,
    created_at: p.createdAt,
  }),
);

export interface AdoptedRow extends NewMessage {
  parentId: string | null;
  externalId: string | null;
}

/** One of another system, with all that is known of it. */
export const insertAdopted = defineQuery('messages.insertAdopted', (db, p: AdoptedRow) =>
  db.insertInto('conversation_messages').values({ ...ownValues(p), parent_id: p.parentId, external_id: p.externalId }),
);

export const findBySeq = defineQuery('messages.findBySeq', (db, p: { conversationId: string; seq: number }) =>
  db
    .selectFrom('conversation_messages')
    .select(['id', 'created_at'])
    .where('conversation_id', '=', p.conversationId)
    .where('seq', '=', p.seq),
);

/** Which requests a conversation's messages were saved for. */
export const listRequests = defineQuery('messages.listRequests', (db, p: { conversationId: string }) =>
  db
    .selectFrom('conversation_messages')
    .select(['request_id', 'role', 'request_part'])
    .where('conversation_id', '=', p.conversationId)
    .where('request_id', 'is not', null),
);

interface PartialParams {
  id: string;
  /** What it said when the change was decided on. */
  known: string;
  content: string;
  parts: readonly MessagePart[] | null;
  status: MessageStatus;
  tokenCount: number | null;
  source: string | null;
  modelName: string | null;
  tokens: number | null;
  latencyMs: number | null;
  metadata: JsonObject;
}

/** Replaces what was said so far. Only a partial message can be changed; a trigger holds that too. */
export const updatePartial = defineQuery('messages.updatePartial', (db, p: PartialParams) =>
  db
    .updateTable('conversation_messages')
    .set({
      content: p.content,
      parts: p.parts,
      status: p.status,
      token_count: p.tokenCount,
      source: p.source,
      model_name: p.modelName,
      tokens: p.tokens,
      latency_ms: p.latencyMs,
      metadata: p.metadata,
    })
    .where('id', '=', p.id)
    .where('status', '=', 'partial')
    .where('content', '=', p.known)
    .returning(columns),
);

/**
 * What search shows of them: those of conversations that lists show too, or may show. A join would let PostgreSQL begin with a
 * conversation and read all of its messages.
 */
export const searchRows = defineQuery('messages.searchRows', (db, p: { ids: readonly string[] }) =>
  db
    .selectFrom('conversation_messages')
    .select((eb) => {
      const conversation = eb
        .selectFrom('conversations')
        .whereRef('conversations.id', '=', 'conversation_messages.conversation_id');
      return [
        'id',
        'content',
        'created_at as at',
        'conversation_id as conversation',
        'role',
        'seq',
        conversation.select('conversations.title').as('title'),
        conversation.select('conversations.status').as('status'),
      ];
    })
    .where('id', 'in', p.ids)
    .where((eb) =>
      eb(
        eb
          .selectFrom('conversations')
          .select('conversations.status')
          .whereRef('conversations.id', '=', 'conversation_messages.conversation_id')
          .where('conversations.is_hidden', '=', false),
        '<>',
        'DELETED',
      ),
    ),
);
