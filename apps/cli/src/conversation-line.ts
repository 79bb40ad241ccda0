import type { Conversation } from '@keelson/conversations';
import type { Context } from './context.ts';
import { plural, shorten } from './figures.ts';
import { printable } from './output.ts';

/** As long as a title may be: it stays on its line. */
const LONGEST_TITLE = 500;

/** What a conversation is by now, after it was changed. */
export function showConversation({ output }: Context, conversation: Conversation): void {
  const { id, title, status, messageCount } = conversation;
  output.line(
    `${id}: ${printable(shorten(title ?? 'without a title', LONGEST_TITLE))}, ${status}, ${plural(messageCount, 'message')}`,
  );
}

export const CONVERSATION_SHAPE = '{"id","title","status","version","messageCount","activeLeafId","expiresAt"…}';
