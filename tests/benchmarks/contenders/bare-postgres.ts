import pg from 'pg';
import {
  type Appended,
  conversationColumns,
  type ConversationRow,
  type MessageRow,
  messageColumns,
  PAGE_LENGTH,
} from '../rows.ts';
import { type Contender, taken } from './contender.ts';
import { encodeJson } from './stored.ts';

/** `pg` turns times, JSON and booleans itself; 64-bit numbers it gives as text unless told otherwise. */
const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, Number);

const find = {
  name: 'find',
  text: `select ${conversationColumns.join(', ')} from conversations where user_id = $1 and id = $2`,
};
const list = {
  name: 'list',
  text: `select ${messageColumns.join(', ')} from conversation_messages
         where user_id = $1 and conversation_id = $2 and seq > $3 order by seq limit $4`,
};
const takeSeq = {
  name: 'take-seq',
  text: `update conversations
         set next_seq = next_seq + 1, message_count = message_count + 1, last_message_at = $1, updated_at = $1
         where user_id = $2 and id = $3 returning next_seq`,
};
const insert = {
  name: 'insert',
  text: `insert into conversation_messages (user_id, ${messageColumns.join(', ')})
         values (${Array.from({ length: messageColumns.length + 1 }, (_, index) => `$${index + 1}`).join(', ')})`,
};

/** What a careful programmer writes by hand for `pg`: a pool, statements prepared once under a name. */
export function barePostgres(url: string): Contender {
  const pool = new pg.Pool({ connectionString: url, max: 5, types });

  return {
    async findConversation(userId, id) {
      const { rows } = await pool.query<ConversationRow>({ ...find, values: [userId, id] });
      return rows[0];
    },
    async listMessages(userId, conversationId, afterSeq) {
      const { rows } = await pool.query<MessageRow>({
        ...list,
        values: [userId, conversationId, afterSeq, PAGE_LENGTH],
      });
      return rows;
    },
    append: (userId, message) =>
      inTransaction(pool, async (client) => {
        const { rows } = await client.query<{ next_seq: number }>({
          ...takeSeq,
          values: [message.created_at, userId, message.conversation_id],
        });
        const seq = taken(rows[0]?.next_seq);
        await client.query({ ...insert, values: valuesOf(userId, message, seq) });
        return seq;
      }),
    insertMany: (userId, rows) =>
      inTransaction(pool, async (client) => {
        for (const row of rows) await client.query({ ...insert, values: valuesOf(userId, row, row.seq) });
      }),
    close: () => pool.end(),
  };
}

async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}

function valuesOf(userId: string, row: Appended, seq: number): unknown[] {
  return [
    userId,
    row.id,
    row.conversation_id,
    seq,
    row.parent_id,
    row.role,
    row.content,
    encodeJson(row.parts),
    row.status,
    row.request_id,
    row.external_id,
    row.source,
    row.model_name,
    row.tokens,
    row.latency_ms,
    JSON.stringify(row.metadata),
    row.created_at,
  ];
}
