import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { Settings } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { document, examples } from '../help.ts';

export function addSettingsRemove(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('remove')
    .description('remove a setting that is not required')
    .argument('<KEY>', 'which')
    .option('--user <ID>', 'whose', 'default')
    .addHelpText('after', examples('keelson settings remove mail.hour'))
    .addHelpText('after', document('{"key"}'))
    .action((key, { user }) =>
      useDatabase(context, { create: false }, async (database) => {
        await new Settings(database, user).remove(key);
        context.output.result({ key }, () => context.output.line(`${key} is removed.`));
      }),
    );
}
