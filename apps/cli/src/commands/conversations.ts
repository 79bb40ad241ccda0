import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { examples } from '../help.ts';
import { addConversationsCold } from './conversations-cold.ts';
import { addConversationsErase } from './conversations-erase.ts';
import { addConversationsExport } from './conversations-export.ts';
import { addConversationsImport } from './conversations-import.ts';
import { addConversationsList } from './conversations-list.ts';
import { addConversationsShow } from './conversations-show.ts';
import { addConversationsStats } from './conversations-stats.ts';

export function addConversations(parent: CommandUnknownOpts, context: Context): void {
  const group = parent
    .command('conversations')
    .description("list, show, count, bring in, hand out, pack away and erase a user's conversations")
    .addHelpText(
      'after',
      examples('keelson conversations import conversations.json --user ada', 'keelson conversations list --user ada'),
    );
  for (const add of [
    addConversationsList,
    addConversationsShow,
    addConversationsImport,
    addConversationsExport,
    addConversationsCold,
    addConversationsErase,
    addConversationsStats,
  ])
    add(group, context);
}
