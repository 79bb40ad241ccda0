import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { CONVERSATION_SHAPE, showConversation } from '../conversation-line.ts';
import { openConversations } from '../conversations.ts';
import { useDatabase } from '../database.ts';
import { document, examples } from '../help.ts';
import { ifVersionOf, ifVersionOption } from '../if-version.ts';

export function addConversationsRename(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('rename')
    .description('give a conversation another title')
    .argument('<ID>', 'its id')
    .argument('[TITLE]', 'the title, at most 500 characters; without one, it has none')
    .option('--user <ID>', 'whose', 'default')
    .addOption(ifVersionOption())
    .addHelpText(
      'after',
      examples(
        "keelson conversations rename 019aa6c0-4c5e-7d3a-8f00-3f1f6f1b2a10 'Release notes' --user ada",
        "keelson conversations rename 019aa6c0-4c5e-7d3a-8f00-3f1f6f1b2a10 'Release notes' --user ada --if-version 3",
      ),
    )
    .addHelpText('after', document(CONVERSATION_SHAPE))
    .action((id, title, { user, ifVersion }) =>
      useDatabase(context, { create: false }, async (database) => {
        const conversation = await (
          await openConversations(database, user)
        ).renameConversation(id, title ?? null, ifVersionOf(ifVersion));
        context.output.result(conversation, () => showConversation(context, conversation));
      }),
    );
}
