import type Sqlite from 'better-sqlite3';
import createKnex from 'knex';
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

/** Rows of one statement when many are inserted. Anything from 50 to 500, the most that work, takes about the same time. */
const CHUNK = 100;

/** Knex with its better-sqlite3 client, which knows neither times nor JSON: these are done by hand. */
export function knex(path: string): Contender {
  const db = createKnex({
    client: 'better-sqlite3',
    connection: { filename: path },
    useNullAsDefault: true,
    pool: {
      min: 1,
      max: 1,
      afterCreate(connection: Sqlite.Database, done: (error: Error | null, connection: Sqlite.Database) => void) {
        configureSqlite(connection);
        done(null, connection);
      },
    },
  });

  return {
    async findConversation(userId, id) {
      const row: StoredConversation | undefined = await db('conversations')
        .select(conversationColumns)
        .where({ user_id: userId, id })
        .first();
      return row === undefined ? undefined : decodeConversation(row);
    },
    async listMessages(userId, conversationId, afterSeq) {
      const rows: StoredMessage[] = await db('conversation_messages')
        .select(messageColumns)
        .where({ user_id: userId, conversation_id: conversationId })
        .andWhere('seq', '>', afterSeq)
        .orderBy('seq')
        .limit(PAGE_LENGTH);
      return rows.map(decodeMessage);
    },
    // What `transaction` gives isn't a Promise, only like one.
    append: async (userId, message) =>
      db.transaction(async (transaction) => {
        const at = message.created_at.getTime();
        const rows: { next_seq: number }[] = await transaction('conversations')
          .where({ user_id: userId, id: message.conversation_id })
          .update(
            {
              next_seq: transaction.raw('next_seq + 1'),
              message_count: transaction.raw('message_count + 1'),
              last_message_at: at,
              updated_at: at,
            },
            ['next_seq'],
          );
        const seq = taken(rows[0]?.next_seq);
        await transaction('conversation_messages').insert({ user_id: userId, ...encodeMessage({ ...message, seq }) });
        return seq;
      }),
    insertMany: async (userId, rows) =>
      db.transaction(async (transaction) => {
        const values = rows.map((row) => ({ user_id: userId, ...encodeMessage(row) }));
        await transaction.batchInsert('conversation_messages', values, CHUNK);
      }),
    close: () => db.destroy(),
  };
}
