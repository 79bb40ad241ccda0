import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { NotFoundError } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { document, examples } from '../help.ts';

export function addChangesRemoveConsumer(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('remove-consumer')
    .description('forget a consumer of the feed that is no more, such as a mirror that was given up')
    .argument('<NAME>', 'as `keelson changes consumers` shows it')
    .addHelpText('after', examples('keelson changes remove-consumer mirror:analytics.db:1f3a22c9'))
    .addHelpText('after', document('{"name"}'))
    .addHelpText(
      'after',
      '\nNothing is lost: one that comes back reads everything anew, and a mirror tells its name again when it is kept.\n',
    )
    .action((name) =>
      useDatabase(context, { create: false }, async (database) => {
        if (!(await database.changes.removeConsumer(name)))
          throw new NotFoundError(`There is no consumer ${name}.`, {
            hint: 'See `keelson changes consumers` for their names.',
          });
        context.output.result({ name }, () => context.output.line(`${name} is forgotten.`));
      }),
    );
}
