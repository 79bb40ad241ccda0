import { ColdStorageDamagedError } from '../errors.ts';
import type { MirrorParts } from './parts.ts';
import { keyOf, type Key, textOf } from './keys.ts';

/**
 * Brings all messages of a conversation over, and removes what it has no more, a page at a time. What is damaged in cold
 * storage is told, and then nothing is removed: a mirror that stopped there would miss all that is erased afterwards.
 */
export async function reconcile({ source, target, tell }: MirrorParts, conversation: Key): Promise<void> {
  const there = new Set<string>();
  try {
    for await (const rows of source.messagesOf(conversation)) {
      await target.write((writer) => writer.setMessages(rows));
      for (const row of rows) there.add(textOf(keyOf(row)));
    }
  } catch (error) {
    if (!(error instanceof ColdStorageDamagedError)) throw error;
    tell({ type: 'damaged', ...conversation, error });
    return;
  }
  for await (const keys of target.messagesOf(conversation)) {
    const gone = keys.filter((key) => !there.has(textOf(key)));
    if (gone.length > 0) await target.write((writer) => writer.removeMessages(gone));
  }
}
