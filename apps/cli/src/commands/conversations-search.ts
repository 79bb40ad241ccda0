import { type CommandUnknownOpts, InvalidArgumentError } from '@commander-js/extra-typings';
import type { ConversationHit } from '@keelson/conversations';
import { MESSAGE_ROLES, type MessageRole } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { time } from '../figures.ts';
import { document, examples } from '../help.ts';
import { type Output, printable } from '../output.ts';
import { openSearch } from '../search.ts';
import { listOf, matchMode, searchMode, timeAgo, wholeNumber } from '../values.ts';
import { MATCH_HELP, MODE_HELP, showHighlights, warnOf } from './search.ts';

export function addConversationsSearch(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('search')
    .description("search a user's conversations, titles and messages of all branches, the best results first")
    .argument('<QUERY...>', 'words; "these words", begin*, -without, this OR that')
    .option('--user <ID>', 'whose', 'default')
    .option('--mode <MODE>', MODE_HELP, searchMode)
    .option('--match <MATCH>', MATCH_HELP, matchMode)
    .option('--role <ROLE>', `only messages of this role: ${MESSAGE_ROLES.join(', ')}; may be repeated`, roles)
    .option('--conversation <ID>', 'only this conversation')
    .option('--from <WHEN>', 'nothing from before: a date, or 90m, 12h, 3d ago', timeAgo)
    .option('--to <WHEN>', 'only from before: a date, or 90m, 12h, 3d ago', timeAgo)
    .option('--archived', 'archived conversations too')
    .option('--limit <N>', 'how many at most, 1 to 100 (default: 20)', wholeNumber(1, 100))
    .option('--cursor <CURSOR>', 'go on after a page: its nextCursor')
    .addHelpText(
      'after',
      examples(
        'keelson conversations search "release notes" --user ada',
        `keelson conversations search '"next week" meet* -cancelled' --role user --from 30d`,
        'keelson conversations search "how do I get my money back?" --mode hybrid --json',
      ),
    )
    .addHelpText(
      'after',
      document(
        '{"items":[{"type","conversationId","title","at","score","highlights":[{"field","ranges","excerpt"}…], of messages also "messageId","seq","role"}…],"nextCursor","mode","isCurrent","isOutdated","isBounded"}',
      ),
    )
    .action((words, { user, conversation, archived, ...options }) =>
      useDatabase(context, { create: false }, async (database) => {
        const { Conversations } = await import('@keelson/conversations');
        const { search } = await openSearch(database, context.config.embedder);
        const page = await new Conversations(database, user, { search }).search({
          query: words.join(' '),
          ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
          ...(conversation === undefined ? {} : { conversationId: conversation }),
          ...(archived === undefined ? {} : { includeArchived: archived }),
        });
        const { output } = context;
        output.result(page, () => {
          for (const hit of page.items) show(output, hit);
          if (page.items.length === 0) output.note('Nothing was found.');
          if (page.nextCursor !== null) output.note(`More: --cursor ${page.nextCursor}`);
        });
        warnOf(output, page);
      }),
    );
}

function show(output: Output, hit: ConversationHit): void {
  const what = hit.type === 'message' ? `${hit.role} ${hit.seq}` : 'title';
  output.line(
    `${output.paint('bold', printable(hit.title ?? '-'))}  ${what}  conversation ${hit.conversationId}  ${time(hit.at)}`,
  );
  showHighlights(output, hit.highlights);
}

function roles(text: string, before: readonly MessageRole[] | undefined): MessageRole[] {
  const given = listOf(text, before);
  const known = MESSAGE_ROLES.filter((role) => given.includes(role));
  if (known.length !== new Set(given).size) throw new InvalidArgumentError(`Give one of ${MESSAGE_ROLES.join(', ')}.`);
  return known;
}
