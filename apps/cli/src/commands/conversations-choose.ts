import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { CONVERSATION_SHAPE } from '../conversation-line.ts';
import { openConversations } from '../conversations.ts';
import { useDatabase } from '../database.ts';
import { document, examples } from '../help.ts';
import { ifVersionOf, ifVersionOption } from '../if-version.ts';

export function addConversationsChoose(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('choose')
    .description('choose the branch in use: the next message follows this one')
    .argument('<ID>', 'of the conversation')
    .argument('<MESSAGE>', 'of the message that the branch ends with')
    .option('--user <ID>', 'whose', 'default')
    .addOption(ifVersionOption())
    .option('--to-newest', 'go on to the newest message that this one leads to')
    .addHelpText(
      'after',
      examples(
        'keelson conversations choose 019aa6c0-4c5e-7d3a-8f00-3f1f6f1b2a10 019aa6c0-5d11-7c02-9b40-8a0e3c5d7f21 --to-newest --user ada',
      ),
    )
    .addHelpText('after', document(CONVERSATION_SHAPE))
    .action((id, messageId, { user, toNewest = false, ifVersion }) =>
      useDatabase(context, { create: false }, async (database) => {
        const conversations = await openConversations(database, user);
        const conversation = await conversations.setActiveLeaf(id, messageId, { toNewest, ...ifVersionOf(ifVersion) });
        const { output } = context;
        output.result(conversation, () => output.line(`The next message follows ${conversation.activeLeafId}.`));
      }),
    );
}
