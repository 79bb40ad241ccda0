import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { readIdentity } from '@keelson/db-core';
import { confirmDestruction } from '../confirm.ts';
import type { Context } from '../context.ts';
import { openConversations, readConversations } from '../conversations.ts';
import { useDatabase } from '../database.ts';
import { plural } from '../figures.ts';
import { document, examples } from '../help.ts';
import { ifVersionOf, ifVersionOption } from '../if-version.ts';

export function addConversationsDelete(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('delete')
    .description('take a conversation out of sight, with its messages; its rows stay until it is erased')
    .argument('<ID>', 'its id')
    .option('--user <ID>', 'whose', 'default')
    .addOption(ifVersionOption().conflicts('dryRun'))
    .option('--dry-run', 'tell what would be deleted, and change nothing')
    .option('--yes', 'do it without asking')
    .option('--confirm <NAME>', "the database's name; needed in production")
    .addHelpText(
      'after',
      examples('keelson conversations delete 019aa6c0-4c5e-7d3a-8f00-3f1f6f1b2a10 --user ada --yes'),
    )
    .addHelpText('after', document('{"dryRun","conversation":{"id","title","status","messageCount"…}}, as it was'))
    .action((id, { user, dryRun = false, yes = false, confirm, ifVersion }) =>
      useDatabase(context, { create: false }, async (database) => {
        const conversation = await (await readConversations(database, user)).getConversation(id);
        const messages = plural(conversation.messageCount, 'message');
        if (!dryRun) {
          const what = `This deletes the conversation ${id} of ${user} with ${messages}.`;
          await confirmDestruction(context, { what, yes, name: confirm, identity: await readIdentity(database) });
          await (await openConversations(database, user)).deleteConversation(id, ifVersionOf(ifVersion));
        }
        const { output } = context;
        output.result({ dryRun, conversation }, () =>
          output.line(
            dryRun
              ? `Would be deleted: the conversation with ${messages}.`
              : `Deleted the conversation with ${messages}. \`keelson conversations erase ${id}\` removes it for good.`,
          ),
        );
      }),
    );
}
