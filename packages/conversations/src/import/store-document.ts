import type { UserHandle } from '@keelson/db-core';
import { thaw } from '../cold/thaw.ts';
import { whileLocked } from '../cold/while-locked.ts';
import { ConversationClosedError } from '../errors.ts';
import * as transfer from '../repositories/conversation-transfer.repository.ts';
import * as numbers from '../repositories/conversation-numbers.repository.ts';
import * as conversations from '../repositories/conversation.repository.ts';
import * as messages from '../repositories/message.repository.ts';
import type { RestorableDocument, RestorableMessage } from './document.ts';
import { type Destination, refuseErased } from './erased.ts';
import { ImportFault } from './imported.ts';
import { lookAgain } from './look-again.ts';
import type { Stored } from './report.ts';

const IDS_AT_ONCE = 1_000;

/**
 * Stores a conversation as it was exported, ids, numbers and times included. Of one that is here already, only the messages
 * that are missing are added, after those that came here meanwhile; what it is called here and where it stands stay as
 * they are.
 */
export function storeDocument(to: Destination, document: RestorableDocument): Promise<Stored> {
  return lookAgain(() => store(to, document));
}

async function store(to: Destination, document: RestorableDocument): Promise<Stored> {
  const { user } = to;
  const { conversation, messages: all } = document;
  const state = await user.first(conversations.findState, { id: conversation.id });
  if (state === undefined) {
    await refuseErased(to, { ids: [conversation.id], createdAt: conversation.createdAt });
    await create(user, document);
    return { isNew: true, created: all.length, duplicates: 0 };
  }
  // What is there already is told by the messages.
  if (state.is_cold) await thaw(user, conversation.id);
  const isWhole = (await freshOf(user, document)).length === 0;
  if (!isWhole && state.status === 'DELETED')
    throw new ImportFault('DELETED_HERE', 'was deleted here; its new messages are left out');
  const created = isWhole ? 0 : await extend(user, document);
  return { isNew: false, created, duplicates: all.length - created };
}

/** The messages that aren't there yet. */
async function freshOf(
  user: UserHandle,
  { conversation, messages: all }: RestorableDocument,
): Promise<readonly RestorableMessage[]> {
  const known = new Set<string>();
  for (let start = 0; start < all.length; start += IDS_AT_ONCE) {
    const ids = all.slice(start, start + IDS_AT_ONCE).map(({ id }) => id);
    for (const row of await user.all(messages.findByIds, { ids })) {
      if (row.conversation_id !== conversation.id)
        throw new ImportFault('NOT_A_CONVERSATION', `message ${row.id} is of another conversation here`);
      known.add(row.id);
    }
  }
  return all.filter(({ id }) => !known.has(id));
}

async function create(user: UserHandle, { conversation, messages: all }: RestorableDocument): Promise<void> {
  const last = all.at(-1);
  const { activeLeafId, messageCount, ...rest } = conversation;
  await user.transaction(async () => {
    await user.run(transfer.insertRestored, {
      ...rest,
      messageCount,
      nextSeq: (last?.seq ?? 0) + 1,
      // Stored only when it isn't the newest message.
      activeLeafId: activeLeafId === last?.id ? null : activeLeafId,
    });
    if (all.length > 0)
      await user.runMany(
        messages.insertAdopted,
        all.map((message) => toRow(message, message.seq)),
      );
  });
}

/**
 * Gives how many messages came. What is there is looked at again with the conversation locked: others may have added to it, or
 * have put it into cold storage, meanwhile.
 */
function extend(user: UserHandle, document: RestorableDocument): Promise<number> {
  const { id, activeLeafId } = document.conversation;
  const work = async (): Promise<number> => {
    const fresh = await freshOf(user, document);
    if (fresh.length === 0) return 0;
    const times = fresh.map(({ createdAt }) => createdAt.getTime());
    const taken = await user.first(numbers.takeSeqs, {
      id,
      count: fresh.length,
      lastMessageAt: new Date(times.reduce((latest, time) => Math.max(latest, time), 0)),
      activeLeafId: activeLeafId === fresh.at(-1)?.id ? null : activeLeafId,
      now: new Date(),
    });
    if (taken === undefined) throw ConversationClosedError.of(id);
    const first = taken.next_seq - fresh.length;
    await user.runMany(
      messages.insertAdopted,
      fresh.map((message, index) => toRow(message, first + index)),
    );
    return fresh.length;
  };
  return whileLocked(user, id, work, { idempotent: true });
}

function toRow(message: RestorableMessage, seq: number): messages.AdoptedRow {
  const { source, modelName, tokens, latencyMs, rest } = message.metadata;
  return {
    id: message.id,
    conversationId: message.conversationId,
    seq,
    parentId: message.parentId,
    role: message.role,
    content: message.content,
    parts: message.parts,
    status: message.status,
    requestId: message.requestId,
    requestPart: message.requestPart,
    externalId: message.externalId,
    source,
    modelName,
    tokens,
    tokenCount: null,
    latencyMs,
    metadata: rest,
    createdAt: message.createdAt,
  };
}
