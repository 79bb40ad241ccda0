import type { Conversation } from '@keelson/conversations';
import type { Context } from './context.ts';
import { plural } from './figures.ts';
import { printable } from './output.ts';

/** What a conversation is by now, after it was changed. */
export function showConversation({ output }: Context, conversation: Conversation): void {
  const { id, title, status, messageCount } = conversation;
  output.line(`${id}: ${printable(title ?? 'without a title')}, ${status}, ${plural(messageCount, 'message')}`);
}

export const CONVERSATION_SHAPE = '{"id","title","status","version","messageCount","activeLeafId","expiresAt"…}';
