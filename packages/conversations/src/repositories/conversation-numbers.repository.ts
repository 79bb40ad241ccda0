import { defineQuery } from '@keelson/db-core';
import { OPEN_STATUSES } from './conversation.repository.ts';

interface TakeSeqParams {
  id: string;
  now: Date;
  requestId: string | null;
  role: string;
  requestPart: number;
}

/**
 * The first statement of every append: takes a number and, with it, the lock on the conversation. Gives no row when the
 * conversation takes no messages, or already has one of this request, or is in cold storage.
 */
export const takeSeq = defineQuery('conversations.takeSeq', (db, p: TakeSeqParams) =>
  db
    .updateTable('conversations')
    .set((eb) => ({
      next_seq: eb('next_seq', '+', 1),
      message_count: eb('message_count', '+', 1),
      last_message_at: eb.case().when('last_message_at', '>', p.now).then(eb.ref('last_message_at')).else(p.now).end(),
      updated_at: p.now,
    }))
    .where('id', '=', p.id)
    .where('is_cold', '=', false)
    .where((eb) => eb.or(OPEN_STATUSES.map((status) => eb('status', '=', status))))
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('conversation_messages as saved')
            .select('saved.id')
            .whereRef('saved.conversation_id', '=', 'conversations.id')
            .where('saved.request_id', '=', p.requestId)
            .where('saved.role', '=', p.role as never)
            .where('saved.request_part', '=', p.requestPart),
        ),
      ),
    )
    .returning(['next_seq', 'active_leaf_id']),
);

/**
 * Gives the number back that was just taken, in the same transaction: another writer saved the same request between the
 * look for it and the lock. The lock is still held, so nobody can have taken the next number.
 */
export const giveSeqBack = defineQuery('conversations.giveSeqBack', (db, p: { id: string }) =>
  db
    .updateTable('conversations')
    .set((eb) => ({
      next_seq: eb('next_seq', '-', 1),
      message_count: eb('message_count', '-', 1),
      last_message_at: eb
        .selectFrom('conversation_messages')
        .select((inner) => inner.fn.max('conversation_messages.created_at').as('latest'))
        .whereRef('conversation_messages.conversation_id', '=', 'conversations.id'),
    }))
    .where('id', '=', p.id),
);

/** Takes numbers for several messages at once. */
export const takeSeqs = defineQuery(
  'conversations.takeSeqs',
  (db, p: { id: string; count: number; lastMessageAt: Date; activeLeafId: string | null; now: Date }) =>
    db
      .updateTable('conversations')
      .set((eb) => ({
        next_seq: eb('next_seq', '+', p.count),
        message_count: eb('message_count', '+', p.count),
        last_message_at: eb
          .case()
          .when('last_message_at', '>', p.lastMessageAt)
          .then(eb.ref('last_message_at'))
          .else(p.lastMessageAt)
          .end(),
        active_leaf_id: p.activeLeafId,
        updated_at: p.now,
      }))
      .where('id', '=', p.id)
      .where('is_cold', '=', false)
      .where((eb) => eb.or(OPEN_STATUSES.map((status) => eb('status', '=', status))))
      .returning('next_seq'),
);

/**
 * Takes numbers for messages of another system. One that is closed or deleted takes them only while its next number is
 * the expected one, which is 1 at first: then it came so from there. What was closed, deleted or erased here stays as it
 * is.
 */
export const takeSeqsAdopted = defineQuery(
  'conversations.takeSeqsAdopted',
  (db, p: { id: string; count: number; expected: number; lastMessageAt: Date }) =>
    db
      .updateTable('conversations')
      .set((eb) => ({
        next_seq: eb('next_seq', '+', p.count),
        message_count: eb('message_count', '+', p.count),
        last_message_at: eb
          .case()
          .when('last_message_at', '>', p.lastMessageAt)
          .then(eb.ref('last_message_at'))
          .else(p.lastMessageAt)
          .end(),
        active_leaf_id: null,
      }))
      .where('id', '=', p.id)
      .where('is_cold', '=', false)
      .where((eb) =>
        eb.or([...OPEN_STATUSES.map((status) => eb('status', '=', status)), eb('next_seq', '=', p.expected)]),
      )
      .returning('next_seq'),
);
