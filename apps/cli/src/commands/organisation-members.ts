import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { OPERATOR, Organisations } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { time } from '../figures.ts';
import { document, examples } from '../help.ts';
import { wholeNumber } from '../values.ts';

export function addOrganisationMembers(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('members')
    .description('list who belongs to an organisation, and their roles')
    .argument('<ID>', 'its id, as `keelson organisation list` shows it')
    .option('--limit <N>', 'how many at most, 1 to 500 (default: 50)', wholeNumber(1, 500))
    .option('--cursor <CURSOR>', 'go on after a page: its nextCursor')
    .addHelpText('after', examples('keelson organisation members 019aa6c0-4c5e-7d3a-8f00-3f1f6f1b2a10'))
    .addHelpText(
      'after',
      document('{"items":[{"organisationId","memberId","role","createdAt","updatedAt"}…],"nextCursor"}'),
    )
    .action((organisationId, { limit, cursor }) =>
      useDatabase(context, { create: false }, async (database) => {
        const input = {
          organisationId,
          ...(limit === undefined ? {} : { limit }),
          ...(cursor === undefined ? {} : { cursor }),
        };
        const page = await new Organisations(database).members(input, OPERATOR);
        const { output } = context;
        output.result(page, () => {
          output.table(
            ['member', 'role', 'since'],
            page.items.map(({ memberId, role, createdAt }) => [memberId, role, time(createdAt)]),
          );
          if (page.nextCursor !== null) output.note(`More: --cursor ${page.nextCursor}`);
        });
      }),
    );
}
