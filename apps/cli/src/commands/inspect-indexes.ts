import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { inspectIndexes } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { bytes } from '../figures.ts';
import { document, examples } from '../help.ts';

export function addInspectIndexes(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('indexes')
    .description('show what every index is there for, and which are missing')
    .option('--unused', 'only those that nothing is known to use')
    .addHelpText('after', examples('keelson inspect indexes', 'keelson inspect indexes --unused --json'))
    .addHelpText(
      'after',
      document(
        '{"indexes":[{"name","table","columns":[NAME…],"isUnique","bytes","scans","statements":[NAME…],\n   "purpose":"unique|reference|used|unused"}…],"missing":[{"table","columns":[NAME…],"reason"}…]}',
      ),
    )
    .addHelpText(
      'after',
      '\nAn index is used when a statement that this program defines would use it on the rows that there are, or PostgreSQL\ncounted that somebody did. Statements of other programs are not known on SQLite.\n',
    )
    .action(({ unused }) =>
      useDatabase(context, { create: false }, async (database) => {
        const found = await inspectIndexes(database);
        const indexes = unused === true ? found.indexes.filter(({ purpose }) => purpose === 'unused') : found.indexes;
        const { output } = context;
        output.result({ indexes, missing: found.missing }, () => {
          output.table(
            ['index', 'table', 'columns', 'size', 'purpose', 'statements', 'scans'],
            indexes.map((index) => [
              index.name,
              index.table,
              index.columns.join(', '),
              bytes(index.bytes),
              index.purpose,
              index.statements.length,
              index.scans,
            ]),
          );
          output.line();
          if (found.missing.length === 0) output.line('None is known to be missing.');
          for (const { table, columns, reason } of found.missing)
            output.line(`missing: ${table}${columns.length === 0 ? '' : ` (${columns.join(', ')})`} ${reason}`);
        });
      }),
    );
}
