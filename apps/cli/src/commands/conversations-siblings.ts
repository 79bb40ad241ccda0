import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { readConversations } from '../conversations.ts';
import { useDatabase } from '../database.ts';
import { shorten, time } from '../figures.ts';
import { document, examples } from '../help.ts';
import { wholeNumber } from '../values.ts';

export function addConversationsSiblings(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('siblings')
    .description('list all messages that follow the same one, such as answers that were given anew')
    .argument('<ID>', 'of the conversation')
    .argument('<MESSAGE>', 'one of the messages')
    .option('--user <ID>', 'whose', 'default')
    .option('--limit <N>', 'messages of a page, 1 to 500 (default: 50)', wholeNumber(1, 500))
    .option('--cursor <CURSOR>', 'go on after a page: its nextCursor')
    .addHelpText(
      'after',
      examples(
        'keelson conversations siblings 019aa6c0-4c5e-7d3a-8f00-3f1f6f1b2a10 019aa6c0-5d11-7c02-9b40-8a0e3c5d7f21 --user ada',
      ),
    )
    .addHelpText('after', document('{"items":[{"id","seq","role","content"…}…],"nextCursor"}'))
    .action((id, messageId, { user, limit, cursor }) =>
      useDatabase(context, { create: false }, async (database) => {
        const page = await (
          await readConversations(database, user)
        ).getSiblings({
          conversationId: id,
          messageId,
          ...(limit === undefined ? {} : { limit }),
          ...(cursor === undefined ? {} : { cursor }),
        });
        const { output } = context;
        output.result(page, () => {
          const rows = page.items.map(({ id: siblingId, seq, role, createdAt, content }) => [
            siblingId,
            seq,
            role,
            time(createdAt),
            shorten(content, 60),
          ]);
          output.table(['id', '#', 'role', 'saved', 'says'], rows);
          if (page.nextCursor !== null) output.note(`More: --cursor ${page.nextCursor}`);
        });
      }),
    );
}
