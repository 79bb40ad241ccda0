import Sqlite from 'better-sqlite3';
import { type Generated, Kysely, SqliteDialect } from 'kysely';
import { conversationColumns, messageColumns, PAGE_LENGTH } from '../rows.ts';
import { type Contender, taken } from './contender.ts';
import { configureSqlite } from './sqlite-file.ts';
import {
  decodeConversation,
  decodeMessage,
  encodeMessage,
  type StoredConversation,
  type StoredMessage,
} from './stored.ts';

interface Tables {
  conversations: StoredConversation & { readonly user_id: string; readonly next_seq: Generated<number> };
  conversation_messages: StoredMessage & { readonly user_id: string };
}

/** Rows of one statement when many are inserted. Anything from 10 to 1,000 takes about the same time. */
const CHUNK = 100;

/** Kysely with the SQLite dialect that it comes with, which knows neither times nor JSON: these are done by hand. */
export function kysely(path: string): Contender {
  const database = new Sqlite(path, { fileMustExist: true });
  configureSqlite(database);
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database }) });

  return {
    async findConversation(userId, id) {
      const row = await db
        .selectFrom('conversations')
        .select(conversationColumns)
        .where('user_id', '=', userId)
        .where('id', '=', id)
        .executeTakeFirst();
      return row === undefined ? undefined : decodeConversation(row);
    },
    async listMessages(userId, conversationId, afterSeq) {
      const rows = await db
        .selectFrom('conversation_messages')
        .select(messageColumns)
        .where('user_id', '=', userId)
        .where('conversation_id', '=', conversationId)
        .where('seq', '>', afterSeq)
        .orderBy('seq')
        .limit(PAGE_LENGTH)
        .execute();
      return rows.map(decodeMessage);
    },
    append: (userId, message) =>
      db.transaction().execute(async (transaction) => {
        const at = message.created_at.getTime();
        const row = await transaction
          .updateTable('conversations')
          .set((eb) => ({
            next_seq: eb('next_seq', '+', 1),
            message_count: eb('message_count', '+', 1),
            last_message_at: at,
            updated_at: at,
          }))
          .where('user_id', '=', userId)
          .where('id', '=', message.conversation_id)
          .returning('next_seq')
          .executeTakeFirst();
        const seq = taken(row?.next_seq);
        const values = { user_id: userId, ...encodeMessage({ ...message, seq }) };
        await transaction.insertInto('conversation_messages').values(values).execute();
        return seq;
      }),
    insertMany: (userId, rows) =>
      db.transaction().execute(async (transaction) => {
        for (let start = 0; start < rows.length; start += CHUNK) {
          const values = rows.slice(start, start + CHUNK).map((row) => ({ user_id: userId, ...encodeMessage(row) }));
          await transaction.insertInto('conversation_messages').values(values).execute();
        }
      }),
    close: () => db.destroy(),
  };
}
