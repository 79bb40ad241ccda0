import { type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { CONVERSATION_SHAPE, showConversation } from '../conversation-line.ts';
import { openConversations } from '../conversations.ts';
import { useDatabase } from '../database.ts';
import { UsageError } from '../errors.ts';
import { document, examples } from '../help.ts';
import { ifVersionOf, ifVersionOption } from '../if-version.ts';
import { pointInTime } from '../values.ts';

export function addConversationsExpire(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('expire')
    .description('say from when on a conversation may be erased for good, which retention does then')
    .argument('<ID>', 'its id')
    .addOption(
      new Option('--at <TIME>', 'a time from now such as 90d, or a date').argParser(pointInTime).conflicts('never'),
    )
    .option('--never', 'it stays')
    .option('--user <ID>', 'whose', 'default')
    .addOption(ifVersionOption())
    .addHelpText(
      'after',
      examples(
        'keelson conversations expire 019aa6c0-4c5e-7d3a-8f00-3f1f6f1b2a10 --at 90d --user ada',
        'keelson conversations expire 019aa6c0-4c5e-7d3a-8f00-3f1f6f1b2a10 --never --user ada',
      ),
    )
    .addHelpText('after', document(CONVERSATION_SHAPE))
    .action((id, { user, at, never, ifVersion }) => {
      if (at === undefined && never === undefined)
        throw new UsageError('Nothing says when it expires.', { hint: 'Give --at TIME, or --never.' });
      return useDatabase(context, { create: false }, async (database) => {
        const conversation = await (
          await openConversations(database, user)
        ).setExpiry(id, at ?? null, ifVersionOf(ifVersion));
        context.output.result(conversation, () => {
          showConversation(context, conversation);
          const { expiresAt } = conversation;
          context.output.line(
            expiresAt === null ? 'It stays.' : `It may be erased from ${expiresAt.toISOString()} on.`,
          );
        });
      });
    });
}
