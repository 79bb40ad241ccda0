import type Sqlite from 'better-sqlite3';
import { type Appended, conversationColumns, type MessageRow, messageColumns, PAGE_LENGTH } from '../rows.ts';
import { type Contender, taken } from './contender.ts';
import { openSqlite } from './sqlite-file.ts';
import {
  decodeConversation,
  decodeMessage,
  encodeJson,
  type StoredConversation,
  type StoredMessage,
} from './stored.ts';

/** What a careful programmer writes by hand for better-sqlite3: statements prepared once, every value turned by name. */
export function bareSqlite(path: string): Contender {
  const database = openSqlite(path);
  const find = database.prepare<[string, string], StoredConversation>(
    `select ${conversationColumns.join(', ')} from conversations where user_id = ? and id = ?`,
  );
  const list = database.prepare<[string, string, number, number], StoredMessage>(
    `select ${messageColumns.join(', ')} from conversation_messages
     where user_id = ? and conversation_id = ? and seq > ? order by seq limit ?`,
  );
  const takeSeq = database.prepare<[number, number, string, string], { next_seq: number }>(
    `update conversations
     set next_seq = next_seq + 1, message_count = message_count + 1, last_message_at = ?, updated_at = ?
     where user_id = ? and id = ? returning next_seq`,
  );
  const insert = insertStatement(database);
  const append = database.transaction((userId: string, message: Appended): number => {
    const at = message.created_at.getTime();
    const seq = taken(takeSeq.get(at, at, userId, message.conversation_id)?.next_seq);
    insert(userId, message, seq);
    return seq;
  });
  const insertMany = database.transaction((userId: string, rows: readonly MessageRow[]): void => {
    for (const row of rows) insert(userId, row, row.seq);
  });

  return {
    findConversation(userId, id) {
      const row = find.get(userId, id);
      return row === undefined ? undefined : decodeConversation(row);
    },
    listMessages: (userId, conversationId, afterSeq) =>
      list.all(userId, conversationId, afterSeq, PAGE_LENGTH).map(decodeMessage),
    append: (userId, message) => append.immediate(userId, message),
    insertMany: (userId, rows) => insertMany.immediate(userId, rows),
    close: () => void database.close(),
  };
}

function insertStatement(database: Sqlite.Database): (userId: string, row: Appended, seq: number) => void {
  const places = messageColumns.map(() => '?').join(', ');
  const statement = database.prepare(
    `insert into conversation_messages (user_id, ${messageColumns.join(', ')}) values (?, ${places})`,
  );
  return (userId, row, seq) => {
    statement.run(
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
      row.created_at.getTime(),
    );
  };
}
