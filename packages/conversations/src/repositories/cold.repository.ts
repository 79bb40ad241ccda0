import { defineQuery, literal } from '@keelson/db-core';
import { messageColumns } from './message.repository.ts';

/** Everything of a message. */
export const listRowsAfter = defineQuery(
  'cold.listRowsAfter',
  (db, p: { conversationId: string; seq: number; limit: number }) =>
    db
      .selectFrom('conversation_messages')
      .select(messageColumns)
      .select('token_count')
      .where('conversation_id', '=', p.conversationId)
      .where('seq', '>', p.seq)
      .orderBy('seq')
      .limit(p.limit),
);

/** Marks a conversation as cold, and locks it: who appends waits, and then finds it cold. */
export const freeze = defineQuery('cold.freeze', (db, p: { id: string }) =>
  db
    .updateTable('conversations')
    .set({ is_cold: true })
    .where('id', '=', p.id)
    .where('is_cold', '=', false)
    .where('status', '<>', 'DELETED')
    .returning('active_leaf_id'),
);

/** The same of one that is put away or ended, and wasn't used after a time. */
export const freezeUnused = defineQuery('cold.freezeUnused', (db, p: { id: string; before: Date }) =>
  db
    .updateTable('conversations')
    .set({ is_cold: true })
    .where('id', '=', p.id)
    .where('is_cold', '=', false)
    .where('status', 'in', ['ARCHIVED', 'CLOSED'])
    .where('updated_at', '<=', p.before)
    .where((eb) => eb.or([eb('last_message_at', 'is', null), eb('last_message_at', '<=', p.before)]))
    .where((eb) => eb.or([eb('last_opened_at', 'is', null), eb('last_opened_at', '<=', p.before)]))
    .returning('active_leaf_id'),
);

/** A message that goes can't be what the conversation refers to. */
export const forgetLeaf = defineQuery('cold.forgetLeaf', (db, p: { id: string }) =>
  db.updateTable('conversations').set({ active_leaf_id: null }).where('id', '=', p.id),
);

/** All messages are back. */
export const endCold = defineQuery('cold.endCold', (db, p: { id: string; leafId: string | null }) =>
  db.updateTable('conversations').set({ is_cold: false, active_leaf_id: p.leafId }).where('id', '=', p.id),
);

/** Changes nothing, and locks them: whoever is about to let one grow waits, and then finds it gone. */
export const lockPartial = defineQuery('cold.lockPartial', (db, p: { conversationId: string }) =>
  db
    .updateTable('conversation_messages')
    .set({ status: 'partial' })
    .where('conversation_id', '=', p.conversationId)
    .where('status', '=', literal('partial')),
);

/** Vectors of messages that go: they are made from texts, and made anew when those are back. */
export const forgetVectors = defineQuery('cold.forgetVectors', (db, p: { ids: readonly string[] }) =>
  db.deleteFrom('search_embeddings').where('kind', '=', 'message').where('entity_id', 'in', p.ids),
);

/** Locks one that is cold. Taking it out is a use. */
export const lockCold = defineQuery('cold.lockCold', (db, p: { id: string; now: Date }) =>
  db
    .updateTable('conversations')
    .set({ last_opened_at: p.now })
    .where('id', '=', p.id)
    .where('is_cold', '=', true)
    .where('status', '<>', 'DELETED')
    .returning('id'),
);

interface PartParams {
  id: string;
  conversationId: string;
  part: number;
  isLast: boolean;
  activeLeafId: string | null;
  messages: number;
  firstAt: Date | null;
  lastAt: Date | null;
  textBytes: number;
  dataBytes: number;
  digest: string;
  data: Uint8Array;
  now: Date;
}

export const insertPart = defineQuery('cold.insertPart', (db, p: PartParams) =>
  db.insertInto('conversation_cold_parts').values({
    id: p.id,
    conversation_id: p.conversationId,
    part: p.part,
    is_last: p.isLast,
    active_leaf_id: p.activeLeafId,
    messages: p.messages,
    first_at: p.firstAt,
    last_at: p.lastAt,
    text_bytes: p.textBytes,
    data_bytes: p.dataBytes,
    digest: p.digest,
    created_at: p.now,
    data: p.data,
  }),
);

const partColumns = ['conversation_id', 'part', 'is_last', 'active_leaf_id', 'messages', 'digest', 'data'] as const;

/** The parts of a conversation, in no particular order, and whether it is cold, as of one moment. One row without a part when it has none. */
export const listParts = defineQuery('cold.listParts', (db, p: { id: string }) =>
  db
    .selectFrom('conversations')
    .leftJoin('conversation_cold_parts as parts', 'parts.conversation_id', 'conversations.id')
    .select(['conversations.is_cold', 'parts.id', 'parts.part', 'parts.is_last', 'parts.active_leaf_id'])
    .where('conversations.id', '=', p.id),
);

export const findPart = defineQuery('cold.findPart', (db, p: { id: string }) =>
  db.selectFrom('conversation_cold_parts').select(partColumns).where('id', '=', p.id),
);

export const deleteParts = defineQuery('cold.deleteParts', (db, p: { conversationId: string }) =>
  db.deleteFrom('conversation_cold_parts').where('conversation_id', '=', p.conversationId),
);
