import type { Change } from '@keelson/db-core';
import { conversationOf, distinct, type Key, textOf } from './keys.ts';
import type { MirrorParts } from './parts.ts';
import { reconcile } from './reconcile.ts';
import type { MessageKey } from './target.ts';

/** Changes that lead to a position, of whatever tables. */
export interface Step {
  readonly changes: readonly Change[];
  readonly position: string;
  /** Is it the last one, as far as is known? */
  readonly isCurrent: boolean;
}

/**
 * Has changes take effect in the mirror: what they name is read anew, and set or removed in one transaction with the
 * position. Gives how many of them were about conversations.
 *
 * What is read may be newer than the changes, and rows that belong together may be of different moments; whatever changes
 * after it was read comes again. So a row may be missing or old for a moment, and not for longer.
 */
export async function follow(parts: MirrorParts, { changes, position, isCurrent }: Step): Promise<number> {
  const { source, target } = parts;
  const own = changes.filter(({ table }) => TABLES.has(table));
  if (own.length === 0) {
    await target.write((writer) => writer.keepPosition(position, isCurrent));
    return 0;
  }
  const changed = {
    conversations: keysIn(own, 'conversations'),
    messages: keysIn(own, 'conversation_messages'),
    parts: keysIn(own, 'conversation_cold_parts'),
  };
  const messages = await source.messages(changed.messages);
  const goneMessages = await findGoneMessages(parts, changed.messages, messages);
  const frozen = await source.conversationsOfParts(changed.parts);
  const touched = distinct([
    ...changed.conversations,
    ...(await othersOf(parts, changed.conversations)),
    ...[...messages.values()].map(conversationOf),
    ...goneMessages.map(({ conversation }) => conversation),
    ...frozen,
  ]);
  const visible = await source.conversations(touched);
  const known = await target.known(touched);
  const begun = new Set(keysIn(own, 'conversations', 'insert').map(textOf));
  const anew = touched.filter((key) => {
    const mirror = known.get(textOf(key));
    // One that comes back into sight brings all its messages; those of a new one are told one by one.
    if (mirror === undefined) return !begun.has(textOf(key));
    // While it is cold, what is missing is taken for cold, too: whether it was shows when that ends.
    return mirror.isCold !== visible.get(textOf(key))?.is_cold;
  });
  for (const conversation of distinct([...anew, ...frozen])) {
    if (visible.has(textOf(conversation))) await reconcile(parts, conversation);
  }
  await target.write(async (writer) => {
    await writer.removeConversations(touched.filter((key) => !visible.has(textOf(key))));
    await writer.setConversations([...visible.values()]);
    await writer.setMessages([...messages.values()].filter((row) => visible.has(textOf(conversationOf(row)))));
    // Where the conversation is cold, the message has moved there.
    await writer.removeMessages(
      goneMessages.filter(({ conversation }) => visible.get(textOf(conversation))?.is_cold === false),
    );
    await writer.keepPosition(position, isCurrent);
  });
  return own.length;
}

const TABLES: ReadonlySet<string> = new Set(['conversations', 'conversation_messages', 'conversation_cold_parts']);

function keysIn(changes: readonly Change[], table: string, operation?: Change['operation']): Key[] {
  return distinct(
    changes
      .filter((change) => change.table === table && (operation === undefined || change.operation === operation))
      .map(({ userId, key }) => ({ userId, id: key })),
  );
}

/**
 * Messages of the mirror that the source has no more. They are looked for by their ids alone: when an owner is erased, a
 * pseudonym takes the owner's place in the feed, and a mirror that comes later has no other way to know whose they were.
 */
async function findGoneMessages(
  { source, target }: MirrorParts,
  changed: readonly Key[],
  there: ReadonlyMap<string, unknown>,
): Promise<MessageKey[]> {
  const missing = changed.filter((key) => !there.has(textOf(key)));
  if (missing.length === 0) return [];
  const mirrored = await target.messagesById(missing.map(({ id }) => id));
  const still = await source.messages(mirrored);
  return mirrored.filter((key) => !still.has(textOf(key)));
}

/** Everybody's conversations with these ids, for the same reason. */
async function othersOf({ target }: MirrorParts, changed: readonly Key[]): Promise<Key[]> {
  return target.conversationsById(changed.map(({ id }) => id));
}
