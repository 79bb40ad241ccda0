import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { Settings } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { shorten } from '../figures.ts';
import { document, examples } from '../help.ts';
import { wholeNumber } from '../values.ts';

export function addSettingsList(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('list')
    .description('list settings by their keys; secret values are not shown')
    .option('--user <ID>', 'whose', 'default')
    .option('--limit <N>', 'how many at most, 1 to 500 (default: 50)', wholeNumber(1, 500))
    .option('--cursor <CURSOR>', 'go on after a page: its nextCursor')
    .addHelpText('after', examples('keelson settings list', 'keelson settings list --user keelson:system --json'))
    .addHelpText(
      'after',
      document('{"items":[{"key","value","dataType","category","isRequired","isSecret","version"…}…],"nextCursor"}'),
    )
    .action(({ user, limit, cursor }) =>
      useDatabase(context, { create: false }, async (database) => {
        const page = await new Settings(database, user).list({
          ...(limit === undefined ? {} : { limit }),
          ...(cursor === undefined ? {} : { cursor }),
        });
        const { output } = context;
        output.result(page, () => {
          output.table(
            ['key', 'value', 'type', 'category', 'description'],
            page.items.map(({ key, value, dataType, category, description }) => [
              key,
              value === null ? null : shorten(typeof value === 'string' ? value : JSON.stringify(value), 60),
              dataType,
              category,
              description === null ? null : shorten(description, 60),
            ]),
          );
          if (page.nextCursor !== null) output.note(`More: --cursor ${page.nextCursor}`);
        });
      }),
    );
}
