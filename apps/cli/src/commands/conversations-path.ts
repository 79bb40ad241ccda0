import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { readConversations } from '../conversations.ts';
import { useDatabase } from '../database.ts';
import { shorten, time } from '../figures.ts';
import { document, examples } from '../help.ts';
import { wholeNumber } from '../values.ts';

export function addConversationsPath(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('path')
    .description('list the messages of the branch in use, and where there are others')
    .argument('<ID>', 'of the conversation')
    .option('--user <ID>', 'whose', 'default')
    .option('--leaf <MESSAGE>', 'the branch that ends with this message')
    .option('--newest-first', 'begin at the end')
    .option('--limit <N>', 'messages of a page, 1 to 500 (default: 50)', wholeNumber(1, 500))
    .option('--cursor <CURSOR>', 'go on after a page: its nextCursor')
    .addHelpText('after', examples('keelson conversations path 019aa6c0-4c5e-7d3a-8f00-3f1f6f1b2a10 --user ada'))
    .addHelpText(
      'after',
      document('{"items":[{"id","seq","role","content","siblings":{"position","count"}…}…],"nextCursor"}'),
    )
    .addHelpText(
      'after',
      '\n2/3 means: the second of three messages that follow the same one; `siblings` lists them.\n',
    )
    .action((id, { user, leaf, newestFirst = false, limit, cursor }) =>
      useDatabase(context, { create: false }, async (database) => {
        const page = await (
          await readConversations(database, user)
        ).getActivePath({
          conversationId: id,
          order: newestFirst ? 'desc' : 'asc',
          ...(leaf === undefined ? {} : { leafId: leaf }),
          ...(limit === undefined ? {} : { limit }),
          ...(cursor === undefined ? {} : { cursor }),
        });
        const { output } = context;
        output.result(page, () => {
          const rows = page.items.map(({ id: messageId, seq, role, siblings, createdAt, content }) => [
            messageId,
            seq,
            role,
            siblings.count === 1 ? '' : `${siblings.position}/${siblings.count}`,
            time(createdAt),
            shorten(content, 60),
          ]);
          output.table(['id', '#', 'role', 'branch', 'saved', 'says'], rows);
          if (page.nextCursor !== null) output.note(`More: --cursor ${page.nextCursor}`);
        });
      }),
    );
}
