import { and, asc, eq, gt, sql } from 'drizzle-orm';
import { drizzle as open } from 'drizzle-orm/better-sqlite3';
import { PAGE_LENGTH } from '../rows.ts';
import { type Contender, taken } from './contender.ts';
import { conversationFields, conversations, messageFields, messages } from './drizzle-tables.ts';
import { openSqlite } from './sqlite-file.ts';

/** Rows of one statement when many are inserted. Anything from 10 to 1,000 takes about the same time. */
const CHUNK = 100;

/** Drizzle as it is usually written: a query is built where it is run. */
export function drizzle(path: string): Contender {
  const client = openSqlite(path);
  const db = open({ client });

  return {
    findConversation: (userId, id) =>
      db
        .select(conversationFields)
        .from(conversations)
        .where(and(eq(conversations.user_id, userId), eq(conversations.id, id)))
        .get(),
    listMessages: (userId, conversationId, afterSeq) =>
      db
        .select(messageFields)
        .from(messages)
        .where(
          and(eq(messages.user_id, userId), eq(messages.conversation_id, conversationId), gt(messages.seq, afterSeq)),
        )
        .orderBy(asc(messages.seq))
        .limit(PAGE_LENGTH)
        .all(),
    append: (userId, message) =>
      db.transaction(
        (transaction) => {
          const row = transaction
            .update(conversations)
            .set({
              next_seq: sql`${conversations.next_seq} + 1`,
              message_count: sql`${conversations.message_count} + 1`,
              last_message_at: message.created_at,
              updated_at: message.created_at,
            })
            .where(and(eq(conversations.user_id, userId), eq(conversations.id, message.conversation_id)))
            .returning({ next_seq: conversations.next_seq })
            .get() as { next_seq: number } | undefined;
          const seq = taken(row?.next_seq);
          transaction
            .insert(messages)
            .values({ user_id: userId, ...message, seq })
            .run();
          return seq;
        },
        { behavior: 'immediate' },
      ),
    insertMany: (userId, rows) =>
      db.transaction(
        (transaction) => {
          for (let start = 0; start < rows.length; start += CHUNK) {
            const values = rows.slice(start, start + CHUNK).map((row) => ({ user_id: userId, ...row }));
            transaction.insert(messages).values(values).run();
          }
        },
        { behavior: 'immediate' },
      ),
    close: () => void client.close(),
  };
}
