import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { CONVERSATION_SHAPE, showConversation } from '../conversation-line.ts';
import { openConversations } from '../conversations.ts';
import { useDatabase } from '../database.ts';
import { document, examples } from '../help.ts';
import { ifVersionOf, ifVersionOption } from '../if-version.ts';

export function addConversationsClose(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('close')
    .description('end a conversation for good: it stays readable and takes no more messages')
    .argument('<ID>', 'its id')
    .option('--user <ID>', 'whose', 'default')
    .addOption(ifVersionOption())
    .addHelpText('after', examples('keelson conversations close 019aa6c0-4c5e-7d3a-8f00-3f1f6f1b2a10 --user ada'))
    .addHelpText('after', document(CONVERSATION_SHAPE))
    .action((id, { user, ifVersion }) =>
      useDatabase(context, { create: false }, async (database) => {
        const conversation = await (
          await openConversations(database, user)
        ).closeConversation(id, ifVersionOf(ifVersion));
        context.output.result(conversation, () => showConversation(context, conversation));
      }),
    );
}
