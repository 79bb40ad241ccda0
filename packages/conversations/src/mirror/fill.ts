import { BEFORE_ALL, conversationOf, distinct, type Key, keyOf, textOf } from './keys.ts';
import type { MirrorParts } from './parts.ts';
import { reconcile } from './reconcile.ts';
import type { FillState, MessageKey } from './target.ts';

/**
 * Brings everything over, page by page in the order of keys, and removes of each page's range what the source has no more:
 * there is no moment in which what is right is missing. It goes on where it was interrupted, and holds nothing open.
 *
 * It may miss what changes meanwhile, and the change feed tells that afterwards, from the position at which it began.
 */
export async function fill(
  parts: MirrorParts,
  { stage, after }: FillState,
  onMessages: (count: number) => void,
): Promise<void> {
  switch (stage) {
    case 'conversations':
      await fillConversations(parts, after);
      await fillMessages(parts, BEFORE_ALL, onMessages);
      await fillCold(parts, BEFORE_ALL);
      break;
    case 'messages':
      await fillMessages(parts, after, onMessages);
      await fillCold(parts, BEFORE_ALL);
      break;
    case 'cold':
      await fillCold(parts, after);
      break;
  }
  await parts.target.write((writer) => writer.endFill());
}

async function fillConversations({ source, target }: MirrorParts, begin: Key): Promise<void> {
  for (let after: Key | null = begin; after !== null;) {
    const { rows, end } = await source.pageConversations(after);
    const there = new Set(rows.map((row) => textOf(keyOf(row))));
    for await (const keys of target.conversationsIn({ after, to: end })) {
      const gone = keys.filter((key) => !there.has(textOf(key)));
      if (gone.length > 0) await target.write((writer) => writer.removeConversations(gone));
    }
    await target.write(async (writer) => {
      await writer.setConversations(rows);
      await (end === null ? writer.keepFill('messages', BEFORE_ALL) : writer.keepFill('conversations', end));
    });
    after = end;
  }
}

async function fillMessages(parts: MirrorParts, begin: Key, onMessages: (count: number) => void): Promise<void> {
  const { source, target } = parts;
  for (let after: Key | null = begin; after !== null;) {
    const { rows, end } = await source.pageMessages(after);
    const there = new Set(rows.map((row) => textOf(keyOf(row))));
    for await (const keys of target.messagesIn({ after, to: end })) {
      const missing = keys.filter((key) => !there.has(textOf(key)));
      const conversations = await source.conversations(distinct(missing.map(({ conversation }) => conversation)));
      const isCold = ({ conversation }: MessageKey): boolean =>
        conversations.get(textOf(conversation))?.is_cold === true;
      const gone = missing.filter((key) => !isCold(key));
      if (missing.length === 0) continue;
      await target.write(async (writer) => {
        await writer.removeMessages(gone);
        // What is in cold storage has its turn later, or when the feed tells that it is there no more.
        await writer.setConversations([...conversations.values()].filter((row) => row.is_cold));
      });
    }
    const owners = distinct(rows.map(conversationOf));
    const visible = await source.conversations(owners);
    const shown = rows.filter((row) => visible.has(textOf(conversationOf(row))));
    await target.write(async (writer) => {
      // One that was deleted since its own turn must not stand there without messages: nobody would bring them if it came back.
      await writer.removeConversations(owners.filter((key) => !visible.has(textOf(key))));
      await writer.setMessages(shown);
      await (end === null ? writer.keepFill('cold', BEFORE_ALL) : writer.keepFill('messages', end));
    });
    onMessages(shown.length);
    after = end;
  }
}

async function fillCold(parts: MirrorParts, begin: Key): Promise<void> {
  const { source, target } = parts;
  for (let after: Key | null = begin; after !== null;) {
    const { rows, end } = await source.pageCold(after);
    const visible = await source.conversations(rows);
    for (const conversation of rows) {
      if (visible.has(textOf(conversation))) await reconcile(parts, conversation);
    }
    if (end !== null) await target.write((writer) => writer.keepFill('cold', end));
    after = end;
  }
}
