import { defineSystemQuery } from '@keelson/db-core';
import type { FillStage, MirrorConversation, MirrorMessage } from './tables.ts';

/** A row that is there already is set to what the source has now: doing it twice changes nothing. */
export const upsertConversation = defineSystemQuery('mirrored.upsertConversation', (db, p: MirrorConversation) =>
  db
    .insertInto('mirror_conversations')
    .values({
      user_id: p.user_id,
      id: p.id,
      status: p.status,
      source: p.source,
      is_hidden: p.is_hidden,
      is_cold: p.is_cold,
      message_count: p.message_count,
      created_at: p.created_at,
      created_on: p.created_on,
      updated_at: p.updated_at,
      last_message_at: p.last_message_at,
      archived_at: p.archived_at,
      closed_at: p.closed_at,
    })
    .onConflict((conflict) =>
      conflict.columns(['user_id', 'id']).doUpdateSet((eb) => ({
        status: eb.ref('excluded.status'),
        source: eb.ref('excluded.source'),
        is_hidden: eb.ref('excluded.is_hidden'),
        is_cold: eb.ref('excluded.is_cold'),
        message_count: eb.ref('excluded.message_count'),
        created_at: eb.ref('excluded.created_at'),
        created_on: eb.ref('excluded.created_on'),
        updated_at: eb.ref('excluded.updated_at'),
        last_message_at: eb.ref('excluded.last_message_at'),
        archived_at: eb.ref('excluded.archived_at'),
        closed_at: eb.ref('excluded.closed_at'),
      })),
    ),
);

export const upsertMessage = defineSystemQuery('mirrored.upsertMessage', (db, p: MirrorMessage) =>
  db
    .insertInto('mirror_messages')
    .values({
      user_id: p.user_id,
      id: p.id,
      conversation_id: p.conversation_id,
      seq: p.seq,
      role: p.role,
      status: p.status,
      source: p.source,
      model_name: p.model_name,
      tokens: p.tokens,
      token_count: p.token_count,
      latency_ms: p.latency_ms,
      created_at: p.created_at,
      created_on: p.created_on,
    })
    .onConflict((conflict) =>
      conflict.columns(['user_id', 'id']).doUpdateSet((eb) => ({
        conversation_id: eb.ref('excluded.conversation_id'),
        seq: eb.ref('excluded.seq'),
        role: eb.ref('excluded.role'),
        status: eb.ref('excluded.status'),
        source: eb.ref('excluded.source'),
        model_name: eb.ref('excluded.model_name'),
        tokens: eb.ref('excluded.tokens'),
        token_count: eb.ref('excluded.token_count'),
        latency_ms: eb.ref('excluded.latency_ms'),
        created_at: eb.ref('excluded.created_at'),
        created_on: eb.ref('excluded.created_on'),
      })),
    ),
);

export const removeConversations = defineSystemQuery(
  'mirrored.removeConversations',
  (db, p: { userId: string; ids: readonly string[] }) =>
    db.deleteFrom('mirror_conversations').where('user_id', '=', p.userId).where('id', 'in', p.ids),
);

export const removeMessages = defineSystemQuery(
  'mirrored.removeMessages',
  (db, p: { userId: string; ids: readonly string[] }) =>
    db.deleteFrom('mirror_messages').where('user_id', '=', p.userId).where('id', 'in', p.ids),
);

export const removeMessagesOf = defineSystemQuery(
  'mirrored.removeMessagesOf',
  (db, p: { userId: string; conversationIds: readonly string[] }) =>
    db.deleteFrom('mirror_messages').where('user_id', '=', p.userId).where('conversation_id', 'in', p.conversationIds),
);

/** Whoever they belong to. */
export const conversationsById = defineSystemQuery('mirrored.conversationsById', (db, p: { ids: readonly string[] }) =>
  db.selectFrom('mirror_conversations').select(['user_id', 'id', 'is_cold']).where('id', 'in', p.ids),
);

/** Whoever they belong to. */
export const messagesById = defineSystemQuery('mirrored.messagesById', (db, p: { ids: readonly string[] }) =>
  db.selectFrom('mirror_messages').select(['user_id', 'id', 'conversation_id']).where('id', 'in', p.ids),
);

interface RangeParams {
  userId: string;
  id: string;
  limit: number;
}

export const pageConversations = defineSystemQuery('mirrored.pageConversations', (db, p: RangeParams) =>
  db
    .selectFrom('mirror_conversations')
    .select(['user_id', 'id'])
    .where((eb) => eb(eb.refTuple('user_id', 'id'), '>', eb.tuple(eb.val(p.userId), eb.val(p.id))))
    .orderBy('user_id')
    .orderBy('id')
    .limit(p.limit),
);

export const pageConversationsTo = defineSystemQuery(
  'mirrored.pageConversationsTo',
  (db, p: RangeParams & { toUserId: string; toId: string }) =>
    db
      .selectFrom('mirror_conversations')
      .select(['user_id', 'id'])
      .where((eb) => eb(eb.refTuple('user_id', 'id'), '>', eb.tuple(eb.val(p.userId), eb.val(p.id))))
      .where((eb) => eb(eb.refTuple('user_id', 'id'), '<=', eb.tuple(eb.val(p.toUserId), eb.val(p.toId))))
      .orderBy('user_id')
      .orderBy('id')
      .limit(p.limit),
);

export const pageMessages = defineSystemQuery('mirrored.pageMessages', (db, p: RangeParams) =>
  db
    .selectFrom('mirror_messages')
    .select(['user_id', 'id', 'conversation_id'])
    .where((eb) => eb(eb.refTuple('user_id', 'id'), '>', eb.tuple(eb.val(p.userId), eb.val(p.id))))
    .orderBy('user_id')
    .orderBy('id')
    .limit(p.limit),
);

export const pageMessagesTo = defineSystemQuery(
  'mirrored.pageMessagesTo',
  (db, p: RangeParams & { toUserId: string; toId: string }) =>
    db
      .selectFrom('mirror_messages')
      .select(['user_id', 'id', 'conversation_id'])
      .where((eb) => eb(eb.refTuple('user_id', 'id'), '>', eb.tuple(eb.val(p.userId), eb.val(p.id))))
      .where((eb) => eb(eb.refTuple('user_id', 'id'), '<=', eb.tuple(eb.val(p.toUserId), eb.val(p.toId))))
      .orderBy('user_id')
      .orderBy('id')
      .limit(p.limit),
);

export const pageMessagesOf = defineSystemQuery(
  'mirrored.pageMessagesOf',
  (db, p: RangeParams & { conversationId: string }) =>
    db
      .selectFrom('mirror_messages')
      .select('id')
      .where('user_id', '=', p.userId)
      .where('conversation_id', '=', p.conversationId)
      .where('id', '>', p.id)
      .orderBy('id')
      .limit(p.limit),
);

export const insertState = defineSystemQuery(
  'mirrored.insertState',
  (db, p: { sourceId: string; consumer: string; now: Date }) =>
    db
      .insertInto('mirror_state')
      .values({ singleton: 1, source_id: p.sourceId, consumer: p.consumer, created_at: p.now })
      .onConflict((conflict) => conflict.column('singleton').doNothing()),
);

export const findState = defineSystemQuery('mirrored.findState', (db) =>
  db
    .selectFrom('mirror_state')
    .select([
      'source_id',
      'consumer',
      'position',
      'fill_position',
      'fill_stage',
      'fill_user_id',
      'fill_id',
      'lease_expires_at',
    ]),
);

/** Only if nobody else has it. */
export const takeLease = defineSystemQuery('mirrored.takeLease', (db, p: { lease: string; now: Date; expires: Date }) =>
  db
    .updateTable('mirror_state')
    .set({ lease_id: p.lease, lease_expires_at: p.expires })
    .where('singleton', '=', 1)
    .where((eb) => eb.or([eb('lease_id', 'is', null), eb('lease_expires_at', '<', p.now)])),
);

/** First in every transaction: it locks the row, and changes nothing for who has lost the lease. */
export const holdLease = defineSystemQuery('mirrored.holdLease', (db, p: { lease: string; expires: Date }) =>
  db
    .updateTable('mirror_state')
    .set({ lease_expires_at: p.expires })
    .where('singleton', '=', 1)
    .where('lease_id', '=', p.lease),
);

export const giveLease = defineSystemQuery('mirrored.giveLease', (db, p: { lease: string }) =>
  db
    .updateTable('mirror_state')
    .set({ lease_id: null, lease_expires_at: null })
    .where('singleton', '=', 1)
    .where('lease_id', '=', p.lease),
);

export const keepPosition = defineSystemQuery('mirrored.keepPosition', (db, p: { position: string }) =>
  db.updateTable('mirror_state').set({ position: p.position }).where('singleton', '=', 1),
);

/** The position, and that nothing was left to do there. */
export const keepCurrent = defineSystemQuery('mirrored.keepCurrent', (db, p: { position: string; now: Date }) =>
  db.updateTable('mirror_state').set({ position: p.position, current_at: p.now }).where('singleton', '=', 1),
);

export const beginFill = defineSystemQuery(
  'mirrored.beginFill',
  (db, p: { position: string; stage: FillStage; userId: string; id: string }) =>
    db
      .updateTable('mirror_state')
      .set({ fill_position: p.position, fill_stage: p.stage, fill_user_id: p.userId, fill_id: p.id })
      .where('singleton', '=', 1),
);

export const keepFill = defineSystemQuery(
  'mirrored.keepFill',
  (db, p: { stage: FillStage; userId: string; id: string }) =>
    db
      .updateTable('mirror_state')
      .set({ fill_stage: p.stage, fill_user_id: p.userId, fill_id: p.id })
      .where('singleton', '=', 1),
);

/** From here on the feed tells what changes. */
export const endFill = defineSystemQuery('mirrored.endFill', (db, p: { now: Date }) =>
  db
    .updateTable('mirror_state')
    .set((eb) => ({
      position: eb.ref('fill_position'),
      fill_position: null,
      fill_stage: null,
      fill_user_id: null,
      fill_id: null,
      filled_at: p.now,
    }))
    .where('singleton', '=', 1),
);
