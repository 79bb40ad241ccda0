import { defineSystemQuery } from '@keelson/db-core';

/**
 * What a mirror reads of everybody's conversations: figures, states and times, and nothing that anybody wrote. It is read
 * without a user's handle, from the primary: a replica may still have rows whose deletion the change feed has told.
 */
const conversationColumns = [
  'user_id',
  'id',
  'status',
  'source',
  'is_hidden',
  'is_cold',
  'message_count',
  'created_at',
  'updated_at',
  'last_message_at',
  'archived_at',
  'closed_at',
] as const;

const messageColumns = [
  'user_id',
  'id',
  'conversation_id',
  'seq',
  'role',
  'status',
  'source',
  'model_name',
  'tokens',
  'token_count',
  'latency_ms',
  'created_at',
] as const;

interface PageParams {
  /** Where the page before ended; both are in no page. */
  userId: string;
  id: string;
  limit: number;
}

export const pageConversations = defineSystemQuery('mirror.pageConversations', (db, p: PageParams) =>
  db
    .selectFrom('conversations')
    .select(conversationColumns)
    .where((eb) => eb(eb.refTuple('user_id', 'id'), '>', eb.tuple(eb.val(p.userId), eb.val(p.id))))
    .orderBy('user_id')
    .orderBy('id')
    .limit(p.limit),
);

export const pageMessages = defineSystemQuery('mirror.pageMessages', (db, p: PageParams) =>
  db
    .selectFrom('conversation_messages')
    .select(messageColumns)
    .where((eb) => eb(eb.refTuple('user_id', 'id'), '>', eb.tuple(eb.val(p.userId), eb.val(p.id))))
    .orderBy('user_id')
    .orderBy('id')
    .limit(p.limit),
);

export const pageColdParts = defineSystemQuery('mirror.pageColdParts', (db, p: PageParams) =>
  db
    .selectFrom('conversation_cold_parts')
    .select(['user_id', 'id', 'conversation_id', 'part'])
    .where((eb) => eb(eb.refTuple('user_id', 'id'), '>', eb.tuple(eb.val(p.userId), eb.val(p.id))))
    .orderBy('user_id')
    .orderBy('id')
    .limit(p.limit),
);

export const listConversations = defineSystemQuery(
  'mirror.listConversations',
  (db, p: { userId: string; ids: readonly string[] }) =>
    db.selectFrom('conversations').select(conversationColumns).where('user_id', '=', p.userId).where('id', 'in', p.ids),
);

export const listMessages = defineSystemQuery(
  'mirror.listMessages',
  (db, p: { userId: string; ids: readonly string[] }) =>
    db
      .selectFrom('conversation_messages')
      .select(messageColumns)
      .where('user_id', '=', p.userId)
      .where('id', 'in', p.ids),
);

export const listColdParts = defineSystemQuery(
  'mirror.listColdParts',
  (db, p: { userId: string; ids: readonly string[] }) =>
    db
      .selectFrom('conversation_cold_parts')
      .select(['user_id', 'id', 'conversation_id'])
      .where('user_id', '=', p.userId)
      .where('id', 'in', p.ids),
);

/** The messages of one conversation, upwards from a number that isn't in the page. */
export const listOfConversation = defineSystemQuery(
  'mirror.listOfConversation',
  (db, p: { userId: string; conversationId: string; seq: number; limit: number }) =>
    db
      .selectFrom('conversation_messages')
      .select(messageColumns)
      .where('user_id', '=', p.userId)
      .where('conversation_id', '=', p.conversationId)
      .where('seq', '>', p.seq)
      .orderBy('seq')
      .limit(p.limit),
);

/** The next part of a conversation in cold storage, packed as it is. */
export const findNextPart = defineSystemQuery(
  'mirror.findNextPart',
  (db, p: { userId: string; conversationId: string; part: number }) =>
    db
      .selectFrom('conversation_cold_parts')
      .select(['conversation_id', 'part', 'is_last', 'active_leaf_id', 'messages', 'digest', 'data'])
      .where('user_id', '=', p.userId)
      .where('conversation_id', '=', p.conversationId)
      .where('part', '>', p.part)
      .orderBy('part')
      .limit(1),
);

/** How much there is to bring over, cold storage included. */
export const sumMessages = defineSystemQuery('mirror.sumMessages', (db) =>
  db
    .selectFrom('conversations')
    .select((eb) => eb.fn.sum<number | null>('message_count').as('messages'))
    .where('status', '<>', 'DELETED'),
);
