import type { Query, UserHandle } from '@keelson/db-core';
import { ConversationChangedError, ConversationClosedError, ConversationNotFoundError } from '../errors.ts';
import { toConversation } from '../mapping.ts';
import * as conversations from '../repositories/conversation.repository.ts';
import type { Conversation, ConversationId, ConversationStatus } from '../types.ts';

export interface Change {
  readonly conversationId: ConversationId;
  readonly ifVersion?: number | undefined;
}

export async function find(user: UserHandle, id: ConversationId): Promise<Conversation> {
  const row = await user.first(conversations.findById, { id });
  if (row === undefined) throw ConversationNotFoundError.of(id);
  return toConversation(row);
}

export async function rename(
  user: UserHandle,
  { conversationId: id, ifVersion, title }: Change & { title: string | null },
): Promise<Conversation> {
  const changed = await user.first(conversations.updateTitle, {
    id,
    title,
    ifVersion: ifVersion ?? null,
    now: new Date(),
  });
  if (changed === undefined) await refuse(user, { conversationId: id, ifVersion });
  return find(user, id);
}

export async function setExpiry(
  user: UserHandle,
  { conversationId: id, ifVersion, expiresAt }: Change & { expiresAt: Date | null },
): Promise<Conversation> {
  const params = { id, expiresAt, ifVersion: ifVersion ?? null, now: new Date() };
  const changed = await user.first(conversations.updateExpiry, params);
  if (changed === undefined) await refuse(user, { conversationId: id, ifVersion });
  return find(user, id);
}

type TransitionQuery = Query<conversations.ChangeParams, { id: string }>;

const TRANSITIONS = {
  archive: { query: conversations.archive, result: 'ARCHIVED' },
  unarchive: { query: conversations.unarchive, result: 'ACTIVE' },
  close: { query: conversations.close, result: 'CLOSED' },
} as const satisfies Record<string, { query: TransitionQuery; result: ConversationStatus }>;

/** Changes the status. One that is already as asked for stays as it is, version included. */
export async function changeStatus(
  user: UserHandle,
  transition: keyof typeof TRANSITIONS,
  change: Change,
): Promise<Conversation> {
  const { conversationId: id, ifVersion } = change;
  const { query, result } = TRANSITIONS[transition];
  const changed = await user.first(query, { id, ifVersion: ifVersion ?? null, now: new Date() });
  if (changed === undefined) {
    const status = await refuse(user, change);
    if (status !== result) throw ConversationClosedError.of(id);
  }
  return find(user, id);
}

export async function softDelete(user: UserHandle, change: Change): Promise<void> {
  const { conversationId: id, ifVersion } = change;
  const changed = await user.first(conversations.softDelete, { id, ifVersion: ifVersion ?? null, now: new Date() });
  if (changed === undefined) await refuse(user, change);
}

/** Nothing was changed: throws when that is because of the id or the version, and tells the status otherwise. */
export async function refuse(user: UserHandle, { conversationId: id, ifVersion }: Change): Promise<ConversationStatus> {
  const state = await user.first(conversations.findState, { id });
  if (state === undefined || state.status === 'DELETED') throw ConversationNotFoundError.of(id);
  if (ifVersion !== undefined && ifVersion !== state.version) {
    const message = `Conversation ${id} has version ${state.version}, not ${ifVersion}.`;
    throw new ConversationChangedError(message, { details: { conversationId: id, version: state.version } });
  }
  return state.status;
}
