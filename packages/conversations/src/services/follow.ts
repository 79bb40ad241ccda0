import type { Change, Database, UserHandle } from '@keelson/db-core';
import { ConversationNotFoundError } from '../errors.ts';
import { toMessage } from '../mapping.ts';
import * as messages from '../repositories/message.repository.ts';
import type { Conversation, ConversationId, ConversationUpdate, Message } from '../types.ts';
import { find } from './change.ts';

export interface Following {
  readonly conversationId: ConversationId;
  readonly after?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a conversation has become, each time that something happened in it. Ends when it is deleted. */
export async function* follow(
  database: Database,
  user: UserHandle,
  { conversationId, after, signal }: Following,
): AsyncIterableIterator<ConversationUpdate> {
  const { userId } = user;
  const begin = after ?? (await database.changes.position());
  if ((await findVisible(user, conversationId)) === null) throw ConversationNotFoundError.of(conversationId);
  for await (const { changes, position } of database.changes.batches({ userId, after: begin, signal })) {
    const saved = await changedMessages(user, conversationId, changes);
    const isTouched = changes.some(({ table, key }) => table === 'conversations' && key === conversationId);
    const conversation = isTouched ? await findVisible(user, conversationId) : null;
    const isDeleted = isTouched && conversation === null;
    // One without content tells where to go on while nothing happens here.
    yield { messages: isDeleted ? [] : saved, conversation, isDeleted, position };
    if (isDeleted) return;
  }
}

async function changedMessages(
  user: UserHandle,
  conversationId: ConversationId,
  changes: readonly Change[],
): Promise<readonly Message[]> {
  const keys = changes.filter(({ table }) => table === 'conversation_messages').map(({ key }) => key);
  if (keys.length === 0) return [];
  const rows = await user.all(messages.listByIds, { conversationId, ids: [...new Set(keys)] });
  return rows.map(toMessage).sort((one, other) => one.seq - other.seq);
}

async function findVisible(user: UserHandle, id: ConversationId): Promise<Conversation | null> {
  try {
    const conversation = await find(user, id);
    return conversation.status === 'DELETED' ? null : conversation;
  } catch (error) {
    if (error instanceof ConversationNotFoundError) return null;
    throw error;
  }
}
