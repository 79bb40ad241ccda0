import { defineQuery, type JsonValue, openDatabase, type UserHandle } from '@keelson/db-core';
import { conversationColumns, type Appended, type MessageRow, messageColumns, PAGE_LENGTH } from '../rows.ts';
import { type Contender, taken } from './contender.ts';

/** As a repository is written: queries defined once, run through the user's handle. */

const find = defineQuery('benchmark.findConversation', (db, p: { id: string }) =>
  db.selectFrom('conversations').select(conversationColumns).where('id', '=', p.id),
);

const list = defineQuery(
  'benchmark.listMessages',
  (db, p: { conversationId: string; afterSeq: number; limit: number }) =>
    db
      .selectFrom('conversation_messages')
      .select(messageColumns)
      .where('conversation_id', '=', p.conversationId)
      .where('seq', '>', p.afterSeq)
      .orderBy('seq')
      .limit(p.limit),
);

const takeSeq = defineQuery('benchmark.takeSeq', (db, p: { id: string; now: Date }) =>
  db
    .updateTable('conversations')
    .set((eb) => ({
      next_seq: eb('next_seq', '+', 1),
      message_count: eb('message_count', '+', 1),
      last_message_at: p.now,
      updated_at: p.now,
    }))
    .where('id', '=', p.id)
    .returning('next_seq'),
);

const insert = defineQuery('benchmark.insertMessage', (db, p: MessageRow) =>
  db.insertInto('conversation_messages').values({
    id: p.id,
    conversation_id: p.conversation_id,
    seq: p.seq,
    parent_id: p.parent_id,
    role: p.role,
    content: p.content,
    parts: p.parts as JsonValue,
    status: p.status,
    request_id: p.request_id,
    external_id: p.external_id,
    source: p.source,
    model_name: p.model_name,
    tokens: p.tokens,
    latency_ms: p.latency_ms,
    metadata: p.metadata as JsonValue,
    created_at: p.created_at,
  }),
);

/** On either engine. */
export async function keelson(url: string): Promise<Contender> {
  const database = openDatabase({ url, env: {} });
  await database.initialize();
  const handles = new Map<string, UserHandle>();
  const handleOf = (userId: string): UserHandle => {
    const known = handles.get(userId);
    if (known !== undefined) return known;
    const handle = database.forUser(userId);
    handles.set(userId, handle);
    return handle;
  };

  return {
    findConversation: (userId, id) => handleOf(userId).first(find, { id }),
    listMessages: (userId, conversationId, afterSeq) =>
      handleOf(userId).all(list, { conversationId, afterSeq, limit: PAGE_LENGTH }),
    append: (userId, message) => append(handleOf(userId), message),
    async insertMany(userId, rows) {
      await handleOf(userId).runMany(insert, rows);
    },
    close: () => database.close(),
  };
}

function append(user: UserHandle, message: Appended): Promise<number> {
  return user.transaction(async () => {
    const row = await user.first(takeSeq, { id: message.conversation_id, now: message.created_at });
    const seq = taken(row?.next_seq);
    await user.run(insert, { ...message, seq });
    return seq;
  });
}
