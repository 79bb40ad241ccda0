import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { optimizeDatabase, type Upkeep } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { placeOf, useDatabase } from '../database.ts';
import { bytes } from '../figures.ts';
import { document, examples } from '../help.ts';

export function addOptimize(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('optimize')
    .description('give the planner new figures of the tables, and take away what is of no use any more')
    .option('--full', 'also make the indexes anew and, with SQLite, the whole file; nobody writes to it meanwhile')
    .addHelpText('after', examples('keelson optimize', 'keelson optimize --full --json'))
    .addHelpText(
      'after',
      document(
        '{"engine","database","full","before":{"sizeBytes","walBytes","freeBytes","deadRows"},"after":{…},"durationMs"}',
      ),
    )
    .addHelpText(
      'after',
      '\nA worker does it every night, as the job kernel.optimize, without --full. PostgreSQL: VACUUM (ANALYZE) of every table,\nwith --full REINDEX CONCURRENTLY before it. SQLite: PRAGMA optimize; with --full REINDEX, VACUUM and ANALYZE.\n',
    )
    .action(({ full = false }) =>
      useDatabase(context, { create: false }, async (database) => {
        const { output } = context;
        const done = await optimizeDatabase(database, {
          full,
          onProgress: (percent, stage) => output.note(`${Math.round(percent)} %: ${stage}`),
        });
        output.result({ ...placeOf(context.config.database), ...done }, () => {
          output.table(['', 'before', 'after'], rowsOf(done.before, done.after));
          output.line(`Done in ${(done.durationMs / 1000).toFixed(1)} s.`);
        });
      }),
    );
}

function rowsOf(before: Upkeep, after: Upkeep): (string | null)[][] {
  const figures = [
    ['size', before.sizeBytes, after.sizeBytes, bytes],
    ['write-ahead log', before.walBytes, after.walBytes, bytes],
    ['unused', before.freeBytes, after.freeBytes, bytes],
    ['dead rows', before.deadRows, after.deadRows, (count: number) => count.toLocaleString('en')],
  ] as const;
  return figures.flatMap(([name, was, is, inWords]) =>
    was === null || is === null ? [] : [[name, inWords(was), inWords(is)]],
  );
}
