import type { Conversation, JsonObject, Message } from '@keelson/conversations';
import { newId } from '@keelson/db-core';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { conversationColumns, messageColumns, PAGE_LENGTH } from '../rows.ts';
import type { Facade, Said } from './facade.ts';
import { openSqlite } from './sqlite-file.ts';
import { decodeConversation, decodeMessage, type StoredConversation, type StoredMessage } from './stored.ts';

interface FoundConversation extends StoredConversation {
  readonly is_cold: number;
  readonly expires_at: number | null;
  readonly next_seq: number;
  readonly active_leaf_id: string | null;
  readonly newest_message_id: string | null;
}

/**
 * What the facade does, statement by statement and object by object, by hand on the bare driver: without checking the
 * input, and for one engine.
 */
export function facadeBare(path: string): Facade {
  const database = openSqlite(path);
  const find = database.prepare<[string, string], FoundConversation>(
    `select ${conversationColumns.join(', ')}, is_cold, expires_at, next_seq, active_leaf_id,
       (select m.id from conversation_messages m
        where m.user_id = c.user_id and m.conversation_id = c.id and m.seq = c.next_seq - 1) as newest_message_id
     from conversations c where user_id = ? and id = ? and status in ('ACTIVE', 'ARCHIVED', 'CLOSED')`,
  );
  const state = database.prepare<[string, string], { status: string }>(
    'select status, version, message_count from conversations where user_id = ? and id = ?',
  );
  const list = database.prepare<[string, string, number, number], StoredMessage>(
    `select ${messageColumns.join(', ')} from conversation_messages
     where user_id = ? and conversation_id = ? and seq > ? order by seq limit ?`,
  );
  const takeSeq = database.prepare<unknown[], { next_seq: number; active_leaf_id: string | null }>(
    `update conversations as c
     set next_seq = next_seq + 1, message_count = message_count + 1,
       last_message_at = case when last_message_at > ? then last_message_at else ? end, updated_at = ?
     where user_id = ? and id = ? and status in ('ACTIVE', 'ARCHIVED') and not exists (
       select saved.id from conversation_messages saved
       where saved.user_id = c.user_id and saved.conversation_id = c.id
         and saved.request_id = ? and saved.role = ? and saved.request_part = ?)
     returning next_seq, active_leaf_id`,
  );
  const insertNext = database.prepare<unknown[], { parent_id: string | null }>(
    `insert into conversation_messages
       (user_id, id, conversation_id, seq, role, content, parts, status, token_count, request_id, request_part, source,
        model_name, tokens, latency_ms, metadata, created_at, parent_id)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
       (select id from conversation_messages where user_id = ? and conversation_id = ? and seq = ?))
     on conflict (user_id, conversation_id, request_id, role, request_part) where request_id is not null do nothing
     returning parent_id`,
  );

  const save = database.transaction((userId: string, message: Said, tokenCount: number): Message => {
    const { conversationId, content, requestId, metadata } = message;
    const id = newId();
    const createdAt = new Date();
    const at = createdAt.getTime();
    const counted = takeSeq.get(at, at, at, userId, conversationId, requestId, 'user', 0);
    if (counted === undefined || counted.active_leaf_id !== null) throw new Error('No number was given.');
    const seq = counted.next_seq - 1;
    const own = [id, conversationId, seq, 'user', content, null, 'complete', tokenCount, requestId, 0];
    const known = [null, null, null, null, JSON.stringify(metadata), at];
    const inserted = insertNext.get(userId, ...own, ...known, userId, conversationId, seq - 1);
    if (inserted === undefined) throw new Error('The request has a message already.');
    return toMessage({
      id,
      conversation_id: conversationId,
      seq,
      parent_id: inserted.parent_id,
      role: 'user',
      content,
      parts: null,
      status: 'complete',
      request_id: requestId,
      external_id: null,
      source: null,
      model_name: null,
      tokens: null,
      latency_ms: null,
      metadata,
      created_at: createdAt,
    });
  });

  return {
    getConversation(userId, id) {
      const row = find.get(userId, id);
      if (row === undefined) throw new Error('There is no such conversation.');
      return toConversation(row);
    },
    getMessages(userId, conversationId) {
      const found = state.get(userId, conversationId);
      if (found === undefined || found.status === 'DELETED') throw new Error('There is no such conversation.');
      const rows = list.all(userId, conversationId, 0, PAGE_LENGTH + 1);
      return rows.slice(0, PAGE_LENGTH).map((row) => toMessage(decodeMessage(row)));
    },
    saveUserMessage: (userId, message) => save.immediate(userId, message, countTokens(message.content)),
    close: () => void database.close(),
  };
}

function toConversation(found: FoundConversation): Conversation {
  const row = decodeConversation(found);
  const conversation = {
    id: row.id,
    title: row.title,
    status: row.status,
    source: row.source,
    externalId: row.external_id,
    metadata: row.metadata as JsonObject,
    isHidden: row.is_hidden,
    isCold: found.is_cold === 1,
    version: row.version,
    messageCount: row.message_count,
    lastMessageAt: row.last_message_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    archivedAt: row.archived_at,
    closedAt: row.closed_at,
    deletedAt: row.deleted_at,
    expiresAt: found.expires_at === null ? null : new Date(found.expires_at),
    activeLeafId: found.active_leaf_id ?? found.newest_message_id,
  };
  return conversation as Conversation;
}

function toMessage(row: ReturnType<typeof decodeMessage>): Message {
  const metadata: Record<string, unknown> = { ...(row.metadata as JsonObject) };
  if (row.source !== null) metadata['source'] = row.source;
  if (row.model_name !== null) metadata['modelName'] = row.model_name;
  if (row.tokens !== null) metadata['tokens'] = row.tokens;
  if (row.latency_ms !== null) metadata['latencyMs'] = row.latency_ms;
  const message = {
    id: row.id,
    conversationId: row.conversation_id,
    seq: row.seq,
    parentId: row.parent_id,
    role: row.role,
    content: row.content,
    parts: row.parts,
    status: row.status,
    requestId: row.request_id,
    externalId: row.external_id,
    source: row.source,
    modelName: row.model_name,
    tokens: row.tokens,
    latencyMs: row.latency_ms,
    metadata,
    createdAt: row.created_at,
  };
  return message as Message;
}
