import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { SearchHit } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { time } from '../figures.ts';
import { document, examples } from '../help.ts';
import { type Output, printable } from '../output.ts';
import { openSearch } from '../search.ts';
import { listOf, wholeNumber } from '../values.ts';
import { addSearchReindex } from './search-reindex.ts';

export function addSearch(parent: CommandUnknownOpts, context: Context): void {
  const command = parent
    .command('search')
    .description("search a user's texts in all domains, the best results first")
    .argument('<QUERY...>', 'words; "these words", begin*, -without, this OR that')
    .option('--user <ID>', 'whose (default: "default")')
    .option('--kind <KIND>', 'only this kind, such as message; may be repeated (default: all)', listOf)
    .option('--limit <N>', 'how many at most, 1 to 100 (default: 20)', wholeNumber(1, 100))
    .option('--cursor <CURSOR>', 'go on after a page: its nextCursor')
    .addHelpText(
      'after',
      examples(
        'keelson search "release notes" --user ada',
        `keelson search '"next week" meet* -cancelled' --kind message`,
      ),
    )
    .addHelpText(
      'after',
      document(
        '{"items":[{"kind","id","title","score","at","highlights":[{"field","ranges","excerpt"}…]}…],"nextCursor","isCurrent","isOutdated","isBounded"}',
      ),
    )
    .action((words, { user = 'default', kind, limit, cursor }) =>
      useDatabase(context, { create: false }, async (database) => {
        const search = await openSearch(database);
        const page = await search.search(user, {
          query: words.join(' '),
          ...(kind === undefined ? {} : { kinds: kind }),
          ...(limit === undefined ? {} : { limit }),
          ...(cursor === undefined ? {} : { cursor }),
        });
        const { output } = context;
        output.result(page, () => {
          for (const hit of page.items) show(output, hit);
          if (page.items.length === 0) output.note('Nothing was found.');
          if (page.nextCursor !== null) output.note(`More: --cursor ${page.nextCursor}`);
        });
        if (!page.isCurrent) output.warn('Not all changes are in the index yet; `keelson worker` sees to it.');
        if (page.isOutdated) output.warn('A part of the index is out of date: `keelson search reindex`.');
        if (page.isBounded) output.warn('So much was found that not all of it was looked at. Ask for more words.');
      }),
    );
  addSearchReindex(command, context);
}

function show(output: Output, { kind, id, title, at, highlights }: SearchHit): void {
  output.line(`${output.paint('bold', printable(title ?? '-'))}  ${kind} ${id}  ${time(at)}`);
  for (const { ranges, excerpt } of highlights) {
    let shown = '';
    let last = 0;
    for (const { start, end } of ranges) {
      const [from, to] = [start - excerpt.start, end - excerpt.start];
      if (from < last || to > excerpt.text.length) continue;
      shown +=
        printable(excerpt.text.slice(last, from)) + output.paint('yellow', printable(excerpt.text.slice(from, to)));
      last = to;
    }
    shown += printable(excerpt.text.slice(last));
    output.line(`  ${shown.replaceAll(/\s+/gu, ' ')}`);
  }
}
