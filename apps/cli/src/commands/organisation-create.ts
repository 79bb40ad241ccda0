import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { OPERATOR, Organisations } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { document, examples } from '../help.ts';

export function addOrganisationCreate(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('create')
    .description('make an organisation; its id owns its rows')
    .argument('<NAME>', 'what its people call it')
    .requiredOption('--owner <ID>', 'the user who manages it')
    .addHelpText('after', examples('keelson organisation create "Analytical Engines" --owner ada'))
    .addHelpText('after', document('{"id","name","createdAt","updatedAt","version"}'))
    .action((name, { owner }) =>
      useDatabase(context, { create: true, initialize: true }, async (database) => {
        const organisation = await new Organisations(database).create({ name, owner }, OPERATOR);
        const { output } = context;
        output.result(organisation, () => {
          output.line(organisation.id);
          output.note(`Made ${organisation.name}; ${owner} is its owner.`);
        });
      }),
    );
}
