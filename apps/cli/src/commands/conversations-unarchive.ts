import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { CONVERSATION_SHAPE, showConversation } from '../conversation-line.ts';
import { openConversations } from '../conversations.ts';
import { useDatabase } from '../database.ts';
import { document, examples } from '../help.ts';
import { ifVersionOf, ifVersionOption } from '../if-version.ts';

export function addConversationsUnarchive(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('unarchive')
    .description('bring an archived conversation back into lists')
    .argument('<ID>', 'its id')
    .option('--user <ID>', 'whose', 'default')
    .addOption(ifVersionOption())
    .addHelpText('after', examples('keelson conversations unarchive 019aa6c0-4c5e-7d3a-8f00-3f1f6f1b2a10 --user ada'))
    .addHelpText('after', document(CONVERSATION_SHAPE))
    .action((id, { user, ifVersion }) =>
      useDatabase(context, { create: false }, async (database) => {
        const conversation = await (
          await openConversations(database, user)
        ).unarchiveConversation(id, ifVersionOf(ifVersion));
        context.output.result(conversation, () => showConversation(context, conversation));
      }),
    );
}
