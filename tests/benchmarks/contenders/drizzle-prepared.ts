import { and, asc, eq, gt, sql } from 'drizzle-orm';
import { drizzle as open } from 'drizzle-orm/better-sqlite3';
import { type Appended, PAGE_LENGTH } from '../rows.ts';
import { type Contender, taken } from './contender.ts';
import { conversationFields, conversations, messageFields, messages } from './drizzle-tables.ts';
import { openSqlite } from './sqlite-file.ts';

/** Drizzle at its fastest: every query prepared once, with placeholders. */
export function drizzlePrepared(path: string): Contender {
  const client = openSqlite(path);
  const db = open({ client });
  const { placeholder } = sql;

  const find = db
    .select(conversationFields)
    .from(conversations)
    .where(and(eq(conversations.user_id, placeholder('userId')), eq(conversations.id, placeholder('id'))))
    .prepare();
  const list = db
    .select(messageFields)
    .from(messages)
    .where(
      and(
        eq(messages.user_id, placeholder('userId')),
        eq(messages.conversation_id, placeholder('conversationId')),
        gt(messages.seq, placeholder('afterSeq')),
      ),
    )
    .orderBy(asc(messages.seq))
    .limit(PAGE_LENGTH)
    .prepare();
  const takeSeq = db
    .update(conversations)
    .set({
      next_seq: sql`${conversations.next_seq} + 1`,
      message_count: sql`${conversations.message_count} + 1`,
      // In an update a placeholder has no column to be encoded for, so it takes the stored form.
      last_message_at: sql`${placeholder('at')}`,
      updated_at: sql`${placeholder('at')}`,
    })
    .where(and(eq(conversations.user_id, placeholder('userId')), eq(conversations.id, placeholder('id'))))
    .returning({ next_seq: conversations.next_seq })
    .prepare();
  // A placeholder writes null as the JSON value null, not as no value, so that rows without parts need their own.
  const insertPlain = prepareInsert(null);
  const insertWithParts = prepareInsert(placeholder('parts'));

  function prepareInsert(parts: null | ReturnType<typeof placeholder>) {
    return db
      .insert(messages)
      .values({
        user_id: placeholder('user_id'),
        id: placeholder('id'),
        conversation_id: placeholder('conversation_id'),
        seq: placeholder('seq'),
        parent_id: placeholder('parent_id'),
        role: placeholder('role'),
        content: placeholder('content'),
        parts,
        status: placeholder('status'),
        request_id: placeholder('request_id'),
        external_id: placeholder('external_id'),
        source: placeholder('source'),
        model_name: placeholder('model_name'),
        tokens: placeholder('tokens'),
        latency_ms: placeholder('latency_ms'),
        metadata: placeholder('metadata'),
        created_at: placeholder('created_at'),
      })
      .prepare();
  }

  function insert(userId: string, row: Appended, seq: number): void {
    (row.parts === null ? insertPlain : insertWithParts).run({ user_id: userId, ...row, seq });
  }

  return {
    findConversation: (userId, id) => find.get({ userId, id }),
    listMessages: (userId, conversationId, afterSeq) => list.all({ userId, conversationId, afterSeq }),
    append: (userId, message) =>
      db.transaction(
        () => {
          const at = message.created_at.getTime();
          const row = takeSeq.get({ userId, id: message.conversation_id, at }) as { next_seq: number } | undefined;
          const seq = taken(row?.next_seq);
          insert(userId, message, seq);
          return seq;
        },
        { behavior: 'immediate' },
      ),
    insertMany: (userId, rows) =>
      db.transaction(
        () => {
          for (const row of rows) insert(userId, row, row.seq);
        },
        { behavior: 'immediate' },
      ),
    close: () => void client.close(),
  };
}
