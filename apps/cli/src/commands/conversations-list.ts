import { type CommandUnknownOpts, InvalidArgumentError } from '@commander-js/extra-typings';
import { CONVERSATION_STATUSES, type ConversationStatus } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { readConversations } from '../conversations.ts';
import { useDatabase } from '../database.ts';
import { shorten, time } from '../figures.ts';
import { document, examples } from '../help.ts';
import { listOf, wholeNumber } from '../values.ts';

export function addConversationsList(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('list')
    .description("list a user's conversations, the latest activity first")
    .option('--user <ID>', 'whose', 'default')
    .option('--status <STATUS>', `${CONVERSATION_STATUSES.join(', ')}; may be repeated`, statuses)
    .option('--hidden', 'hidden ones too')
    .option('--limit <N>', 'how many at most, 1 to 500 (default: 50)', wholeNumber(1, 500))
    .option('--cursor <CURSOR>', 'go on after a page: its nextCursor')
    .addHelpText(
      'after',
      examples(
        'keelson conversations list --user ada',
        'keelson conversations list --user ada --status ARCHIVED --limit 10 --json',
      ),
    )
    .addHelpText(
      'after',
      document('{"items":[{"id","title","status","messageCount","lastMessageAt","createdAt"…}…],"nextCursor"}'),
    )
    .action(({ user, status, hidden, limit, cursor }) =>
      useDatabase(context, { create: false }, async (database) => {
        const page = await (
          await readConversations(database, user)
        ).listConversations({
          ...(status === undefined ? {} : { status }),
          ...(hidden === undefined ? {} : { includeHidden: hidden }),
          ...(limit === undefined ? {} : { limit }),
          ...(cursor === undefined ? {} : { cursor }),
        });
        const { output } = context;
        output.result(page, () => {
          const rows = page.items.map((each) => [
            each.id,
            shorten(each.title ?? '', 60),
            each.status,
            each.messageCount,
            time(each.lastMessageAt),
          ]);
          output.table(['id', 'title', 'status', 'messages', 'last message'], rows);
          if (page.nextCursor !== null) output.note(`More: --cursor ${page.nextCursor}`);
        });
      }),
    );
}

function statuses(text: string, before: readonly ConversationStatus[] | undefined): ConversationStatus[] {
  const given = listOf(text.toUpperCase(), before);
  const known = CONVERSATION_STATUSES.filter((status) => given.includes(status));
  if (known.length !== new Set(given).size)
    throw new InvalidArgumentError(`Give one of ${CONVERSATION_STATUSES.join(', ')}.`);
  return known;
}
