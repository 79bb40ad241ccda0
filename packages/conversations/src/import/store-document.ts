import type { UserHandle } from '@keelson/db-core';
import { thaw } from '../cold/thaw.ts';
import { ConversationClosedError } from '../errors.ts';
import * as transfer from '../repositories/conversation-transfer.repository.ts';
import * as numbers from '../repositories/conversation-numbers.repository.ts';
import * as conversations from '../repositories/conversation.repository.ts';
import * as messages from '../repositories/message.repository.ts';
import type { RestorableDocument, RestorableMessage } from './document.ts';
import { type Destination, refuseErased } from './erased.ts';
import { ImportFault } from './imported.ts';
import type { Stored } from './report.ts';

const IDS_AT_ONCE = 1_000;

/**
 * Stores a conversation as it was exported, ids, numbers and times included. Of one that is here already, only the messages
 * that are missing are added, after those that came here meanwhile; what it is called here and where it stands stay as
 * they are.
 */
export async function storeDocument(to: Destination, document: RestorableDocument): Promise<Stored> {
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
  const known = await knownIds(user, document);
  const fresh = all.filter(({ id }) => !known.has(id));
  if (fresh.length > 0) {
    if (state.status === 'DELETED')
      throw new ImportFault('DELETED_HERE', 'was deleted here; its new messages are left out');
    await extend(user, document, fresh);
  }
  return { isNew: false, created: fresh.length, duplicates: all.length - fresh.length };
}

async function knownIds(user: UserHandle, { conversation, messages: all }: RestorableDocument): Promise<Set<string>> {
  const known = new Set<string>();
  for (let start = 0; start < all.length; start += IDS_AT_ONCE) {
    const ids = all.slice(start, start + IDS_AT_ONCE).map(({ id }) => id);
    for (const row of await user.all(messages.findByIds, { ids })) {
      if (row.conversation_id !== conversation.id)
        throw new ImportFault('NOT_A_CONVERSATION', `message ${row.id} is of another conversation here`);
      known.add(row.id);
    }
  }
  return known;
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

/** As in `append`: the numbers are taken first, and with them the lock. */
async function extend(
  user: UserHandle,
  { conversation: { id, activeLeafId } }: RestorableDocument,
  fresh: readonly RestorableMessage[],
): Promise<void> {
  const times = fresh.map(({ createdAt }) => createdAt.getTime());
  await user.transaction(async () => {
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
  });
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
