import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { FieldHighlights, SearchHit, SearchPage } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { time } from '../figures.ts';
import { document, examples } from '../help.ts';
import { type Output, printable } from '../output.ts';
import { openSearch } from '../search.ts';
import { listOf, matchMode, searchMode, wholeNumber } from '../values.ts';
import { addSearchReindex } from './search-reindex.ts';

export const MODE_HELP = 'text: by words; semantic: by meaning; hybrid: by both (default: hybrid with a trained model)';
export const MATCH_HELP = 'by words: must all be there, or any? all or any (default: all)';

export function addSearch(parent: CommandUnknownOpts, context: Context): void {
  const command = parent
    .command('search')
    .description("search a user's texts in all domains, the best results first")
    .argument('<QUERY...>', 'words; "these words", begin*, -without, this OR that')
    .option('--user <ID>', 'whose (default: "default")')
    .option('--kind <KIND>', 'only this kind, such as message; may be repeated (default: all)', listOf)
    .option('--mode <MODE>', MODE_HELP, searchMode)
    .option('--match <MATCH>', MATCH_HELP, matchMode)
    .option('--limit <N>', 'how many at most, 1 to 100 (default: 20)', wholeNumber(1, 100))
    .option('--cursor <CURSOR>', 'go on after a page: its nextCursor')
    .addHelpText(
      'after',
      examples(
        'keelson search "release notes" --user ada',
        `keelson search '"next week" meet* -cancelled' --kind message`,
        'keelson search "how do I get my money back?" --mode hybrid',
      ),
    )
    .addHelpText(
      'after',
      document(
        '{"items":[{"kind","id","title","score","at","details","highlights":[{"field","ranges","excerpt"}…]}…],"nextCursor","mode","isCurrent","isOutdated","isBounded"}',
      ),
    )
    .action((words, { user = 'default', kind, mode, match, limit, cursor }) =>
      useDatabase(context, { create: false }, async (database) => {
        const { search } = await openSearch(database, context.config.embedder);
        const page = await search.search(user, {
          query: words.join(' '),
          ...(kind === undefined ? {} : { kinds: kind }),
          ...(mode === undefined ? {} : { mode }),
          ...(match === undefined ? {} : { match }),
          ...(limit === undefined ? {} : { limit }),
          ...(cursor === undefined ? {} : { cursor }),
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
  addSearchReindex(command, context);
}

/** What a page says of how whole it is. */
export function warnOf(output: Output, page: Omit<SearchPage, 'items'>): void {
  if (!page.isCurrent) output.warn('Not all changes are in the index yet; `keelson worker` sees to it.');
  if (page.isOutdated) output.warn('A part of the index is out of date: `keelson search reindex`.');
  if (page.isBounded) output.warn('So much was found that not all of it was looked at. Ask for more words.');
}

function show(output: Output, { kind, id, title, at, highlights }: SearchHit): void {
  output.line(`${output.paint('bold', printable(title ?? '-'))}  ${kind} ${id}  ${time(at)}`);
  showHighlights(output, highlights);
}

export function showHighlights(output: Output, highlights: readonly FieldHighlights[]): void {
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
