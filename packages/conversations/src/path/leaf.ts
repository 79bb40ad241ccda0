import type { UserHandle } from '@keelson/db-core';
import { ConversationColdError, ConversationNotFoundError, MessageNotFoundError } from '../errors.ts';
import * as conversations from '../repositories/conversation.repository.ts';
import * as queries from '../repositories/path.repository.ts';
import { find, refuse } from '../services/change.ts';
import type { Conversation, ConversationId, MessageId } from '../types.ts';

/** The number of the message in use; 0 while there are no messages. */
export async function activeLeafSeq(user: UserHandle, conversationId: ConversationId): Promise<number> {
  const row = await user.first(queries.findLeaf, { conversationId });
  if (row === undefined || row.status === 'DELETED') throw ConversationNotFoundError.of(conversationId);
  if (row.is_cold) throw ConversationColdError.of(conversationId);
  return row.leaf_seq ?? row.next_seq - 1;
}

/** The number of the given message, or of the one in use. */
export async function leafSeq(
  user: UserHandle,
  { conversationId, leafId }: { readonly conversationId: ConversationId; readonly leafId?: MessageId | undefined },
): Promise<number> {
  const active = await activeLeafSeq(user, conversationId);
  return leafId === undefined ? active : (await findPlace(user, conversationId, leafId)).seq;
}

export async function findPlace(
  user: UserHandle,
  conversationId: ConversationId,
  id: MessageId,
): Promise<{ readonly seq: number; readonly parent_id: string | null }> {
  const place = await user.first(queries.findPlace, { conversationId, id });
  if (place === undefined) throw MessageNotFoundError.of(id, conversationId);
  return place;
}

export interface LeafChange {
  readonly conversationId: ConversationId;
  readonly messageId: MessageId;
  readonly toNewest: boolean;
  readonly ifVersion?: number | undefined;
}

/** A conversation that has this leaf already stays as it is, version included. */
export async function setActiveLeaf(
  user: UserHandle,
  { conversationId, messageId, toNewest, ifVersion }: LeafChange,
): Promise<Conversation> {
  await activeLeafSeq(user, conversationId);
  const place = await findPlace(user, conversationId, messageId);
  const leaf = { id: messageId as string, seq: place.seq };
  if (toNewest) {
    leaf.seq = await newestBelow(user, conversationId, place.seq);
    const [row] = await user.all(queries.listBySeqs, { conversationId, seqs: [leaf.seq] });
    leaf.id = row?.id ?? messageId;
  }
  const changed = await user.first(conversations.updateLeaf, {
    id: conversationId,
    leafId: leaf.id,
    seq: leaf.seq,
    ifVersion: ifVersion ?? null,
    now: new Date(),
  });
  if (changed === undefined) await refuse(user, { conversationId, ifVersion });
  return find(user, conversationId);
}

/** The newest of all messages that a message leads to, itself included. It has no answers, since those would be newer. */
async function newestBelow(user: UserHandle, conversationId: ConversationId, seq: number): Promise<number> {
  const state = await user.first(queries.findLeaf, { conversationId });
  const newest = (state?.next_seq ?? seq + 1) - 1;
  const beginnings = [seq];
  let latest = seq;
  for (const first of beginnings) {
    const next = await user.first(queries.findNextBeginning, { conversationId, seq: first });
    const last = next === undefined ? newest : next.seq - 1;
    latest = Math.max(latest, last);
    const branches = await user.all(queries.listBranchesBetween, { conversationId, first, last });
    beginnings.push(...branches.map((branch) => branch.seq));
  }
  return latest;
}
