import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { OPERATOR, Organisations } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { document, examples } from '../help.ts';

export function addOrganisationRemoveMember(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('remove-member')
    .description('let a user act for an organisation no more; an owner must be left')
    .argument('<ID>', 'the id of the organisation')
    .argument('<USER>', 'the id of the user')
    .addHelpText('after', examples('keelson organisation remove-member 019aa6c0-4c5e-7d3a-8f00-3f1f6f1b2a10 bob'))
    .addHelpText('after', document('{"organisationId","memberId"}'))
    .action((organisationId, memberId) =>
      useDatabase(context, { create: false }, async (database) => {
        await new Organisations(database).removeMember({ organisationId, memberId }, OPERATOR);
        context.output.result({ organisationId, memberId }, () =>
          context.output.line(`${memberId} is no member any more.`),
        );
      }),
    );
}
