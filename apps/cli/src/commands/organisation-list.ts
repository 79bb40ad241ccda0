import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { Organisations } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { time } from '../figures.ts';
import { document, examples } from '../help.ts';
import { wholeNumber } from '../values.ts';

export function addOrganisationList(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('list')
    .description('list organisations in the order in which they were made')
    .option('--user <ID>', 'only those that this user belongs to')
    .option('--limit <N>', 'how many at most, 1 to 500 (default: 50)', wholeNumber(1, 500))
    .option('--cursor <CURSOR>', 'go on after a page: its nextCursor')
    .addHelpText('after', examples('keelson organisation list', 'keelson organisation list --user ada --json'))
    .addHelpText('after', document('{"items":[{"id","name","createdAt","updatedAt","version"}…],"nextCursor"}'))
    .action(({ user, limit, cursor }) =>
      useDatabase(context, { create: false }, async (database) => {
        const page = await new Organisations(database).list({
          ...(user === undefined ? {} : { memberId: user }),
          ...(limit === undefined ? {} : { limit }),
          ...(cursor === undefined ? {} : { cursor }),
        });
        const { output } = context;
        output.result(page, () => {
          output.table(
            ['id', 'name', 'made'],
            page.items.map(({ id, name, createdAt }) => [id, name, time(createdAt)]),
          );
          if (page.nextCursor !== null) output.note(`More: --cursor ${page.nextCursor}`);
        });
      }),
    );
}
