import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { inspectSlow } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { shorten, time } from '../figures.ts';
import { document, examples } from '../help.ts';
import { timeAgo, wholeNumber } from '../values.ts';

export function addInspectSlow(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('slow')
    .description('show statements that take long: what programs logged, and what PostgreSQL counted')
    .option('--limit <N>', 'how many at most, 1 to 500 (default: 20)', wholeNumber(1, 500))
    .option('--since <TIME>', 'only what was logged since then: 90m, 12h, 3d, or a date', timeAgo)
    .addHelpText('after', examples('keelson inspect slow', 'keelson inspect slow --since 1d --json'))
    .addHelpText(
      'after',
      document(
        '{"logged":[{"name","times","meanMs","longestMs","lastAt","sql"}…],"lines",\n   "counted":[{"sql","calls","totalMs","meanMs","rows"}…]|null,"hint"}',
      ),
    )
    .action(({ limit, since }) =>
      useDatabase(context, { create: false }, async (database) => {
        const slow = await inspectSlow(database, {
          ...(limit === undefined ? {} : { limit }),
          ...(since === undefined ? {} : { since }),
        });
        const { output } = context;
        output.result(slow, () => {
          output.line(`Logged by programs (${slow.lines} lines):`);
          output.table(
            ['statement', 'times', 'mean ms', 'longest ms', 'last'],
            slow.logged.map((each) => [
              each.name === 'dynamic' ? shorten(each.sql, 60) : each.name,
              each.times,
              Math.round(each.meanMs),
              Math.round(each.longestMs),
              time(each.lastAt),
            ]),
          );
          if (slow.counted !== null) {
            output.line();
            output.line('Counted by PostgreSQL:');
            output.table(
              ['calls', 'total ms', 'mean ms', 'rows', 'statement'],
              slow.counted.map((each) => [
                each.calls,
                Math.round(each.totalMs),
                each.meanMs.toFixed(2),
                each.rows,
                shorten(each.sql, 80),
              ]),
            );
          }
          if (slow.hint !== null) output.note(`hint: ${slow.hint}`);
        });
      }),
    );
}
