import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { inspectTables } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { bytes } from '../figures.ts';
import { document, examples } from '../help.ts';

export function addInspectTables(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('tables')
    .description('show how large every table and its indexes are, the largest first')
    .addHelpText('after', examples('keelson inspect tables', 'keelson inspect tables --json'))
    .addHelpText('after', document('{"tables":[{"name","rows","isEstimate","bytes","indexBytes"}…]}'))
    .addHelpText('after', '\nPostgreSQL estimates the rows; SQLite counts them, and reads the whole file.\n')
    .action(() =>
      useDatabase(context, { create: false }, async (database) => {
        const tables = await inspectTables(database);
        const { output } = context;
        output.result({ tables }, () =>
          output.table(
            ['table', 'rows', 'size', 'indexes'],
            tables.map((table) => [
              table.name,
              table.rows === null ? null : `${table.isEstimate ? '~ ' : ''}${table.rows.toLocaleString('en')}`,
              bytes(table.bytes),
              bytes(table.indexBytes),
            ]),
          ),
        );
      }),
    );
}
