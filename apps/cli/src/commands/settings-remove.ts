import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { readIdentity, Settings } from '@keelson/db-core';
import { confirmDestruction } from '../confirm.ts';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { document, examples } from '../help.ts';

export function addSettingsRemove(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('remove')
    .description('remove a setting that is not required')
    .argument('<KEY>', 'which')
    .option('--user <ID>', 'whose', 'default')
    .option('--dry-run', 'say whether it is there, and change nothing')
    .option('--yes', 'do it without asking')
    .option('--confirm <NAME>', "the database's name; needed in production")
    .addHelpText('after', examples('keelson settings remove mail.hour', 'keelson settings remove mail.hour --yes'))
    .addHelpText('after', document('{"key","dryRun"}'))
    .action((key, { user, dryRun = false, yes = false, confirm: name }) =>
      useDatabase(context, { create: false }, async (database) => {
        const { output } = context;
        const settings = new Settings(database, user);
        const { isSecret } = await settings.describe(key);
        if (dryRun) {
          output.result({ key, dryRun }, () => output.line(`${key} would be removed.`));
          return;
        }
        const what = `This removes the setting ${key} of ${user}${isSecret ? ', a secret that nothing brings back' : ''}.`;
        await confirmDestruction(context, { what, yes, name, identity: await readIdentity(database) });
        await settings.remove(key);
        output.result({ key, dryRun }, () => output.line(`${key} is removed.`));
      }),
    );
}
