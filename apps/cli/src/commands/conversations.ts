import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { examples } from '../help.ts';
import { addConversationsArchive } from './conversations-archive.ts';
import { addConversationsChoose } from './conversations-choose.ts';
import { addConversationsClose } from './conversations-close.ts';
import { addConversationsContext } from './conversations-context.ts';
import { addConversationsDelete } from './conversations-delete.ts';
import { addConversationsCold } from './conversations-cold.ts';
import { addConversationsErase } from './conversations-erase.ts';
import { addConversationsExpire } from './conversations-expire.ts';
import { addConversationsExport } from './conversations-export.ts';
import { addConversationsImport } from './conversations-import.ts';
import { addConversationsList } from './conversations-list.ts';
import { addConversationsMirror } from './conversations-mirror.ts';
import { addConversationsPath } from './conversations-path.ts';
import { addConversationsRename } from './conversations-rename.ts';
import { addConversationsSearch } from './conversations-search.ts';
import { addConversationsShow } from './conversations-show.ts';
import { addConversationsSiblings } from './conversations-siblings.ts';
import { addConversationsStats } from './conversations-stats.ts';
import { addConversationsUnarchive } from './conversations-unarchive.ts';

export function addConversations(parent: CommandUnknownOpts, context: Context): void {
  const group = parent
    .command('conversations')
    .description(
      "list, show, search, change, count, bring in, hand out, pack away, erase and mirror a user's conversations",
    )
    .addHelpText(
      'after',
      examples('keelson conversations import conversations.json --user ada', 'keelson conversations list --user ada'),
    );
  for (const add of [
    addConversationsList,
    addConversationsShow,
    addConversationsSearch,
    addConversationsPath,
    addConversationsSiblings,
    addConversationsChoose,
    addConversationsContext,
    addConversationsRename,
    addConversationsArchive,
    addConversationsUnarchive,
    addConversationsClose,
    addConversationsExpire,
    addConversationsDelete,
    addConversationsErase,
    addConversationsImport,
    addConversationsExport,
    addConversationsCold,
    addConversationsStats,
    addConversationsMirror,
  ])
    add(group, context);
}
