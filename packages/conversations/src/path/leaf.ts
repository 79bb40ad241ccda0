import type { UserHandle } from '@keelson/db-core';
import { asOne, type AtHand, mustNotHaveMoved } from '../cold/at-hand.ts';
import { ConversationColdError, ConversationNotFoundError, MessageNotFoundError } from '../errors.ts';
import * as conversations from '../repositories/conversation.repository.ts';
import * as queries from '../repositories/path.repository.ts';
import { find, refuse } from '../services/change.ts';
import type { Conversation, ConversationId, MessageId } from '../types.ts';

/** The end of a branch, of messages that are at hand. */
export interface Leaf extends AtHand {
  /** 0 while there are no messages. */
  readonly seq: number;
}

/** The message in use. */
export async function activeLeaf(user: UserHandle, conversationId: ConversationId): Promise<Leaf> {
  const row = await user.first(queries.findLeaf, { conversationId });
  if (row === undefined || row.status === 'DELETED') throw ConversationNotFoundError.of(conversationId);
  if (row.is_cold) throw ConversationColdError.of(conversationId);
  return { conversationId, openedAt: row.last_opened_at, seq: row.leaf_seq ?? row.next_seq - 1 };
}

/** The given message, or the one in use. */
export async function findLeaf(
  user: UserHandle,
  { conversationId, leafId }: { readonly conversationId: ConversationId; readonly leafId?: MessageId | undefined },
): Promise<Leaf> {
  const active = await activeLeaf(user, conversationId);
  return leafId === undefined ? active : { ...active, seq: await findSeq(user, active, leafId) };
}

/** @throws MessageNotFoundError when there is no such message in the conversation */
export async function findSeq(user: UserHandle, atHand: AtHand, id: MessageId): Promise<number> {
  const { conversationId } = atHand;
  const place = await user.first(queries.findPlace, { conversationId, id });
  if (place !== undefined) return place.seq;
  await mustNotHaveMoved(user, atHand);
  throw MessageNotFoundError.of(id, conversationId);
}

export interface LeafChange {
  readonly conversationId: ConversationId;
  readonly messageId: MessageId;
  readonly toNewest: boolean;
  readonly ifVersion?: number | undefined;
}

/** A conversation that has this leaf already stays as it is, version included. */
export function setActiveLeaf(user: UserHandle, change: LeafChange): Promise<Conversation> {
  if (!change.toNewest) return choose(user, change);
  return user.transaction(async () => {
    // What is the newest message when it is looked for is so until it is chosen: whoever appends waits.
    await user.first(queries.findForUpdate, { conversationId: change.conversationId });
    return choose(user, change);
  });
}

async function choose(
  user: UserHandle,
  { conversationId, messageId, toNewest, ifVersion }: LeafChange,
): Promise<Conversation> {
  const seq = await asOne(conversationId, async () => findSeq(user, await activeLeaf(user, conversationId), messageId));
  const leaf = { id: messageId as string, seq };
  if (toNewest) {
    leaf.seq = await newestBelow(user, conversationId, seq);
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
  if (changed === undefined) {
    await refuse(user, { conversationId, ifVersion });
    // It has this leaf already, unless it went into cold storage meanwhile.
    await activeLeaf(user, conversationId);
  }
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
