import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { Settings } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { document, examples } from '../help.ts';
import { settingValue } from '../setting-value.ts';

export function addSettingsSet(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('set')
    .description('change the value of a setting that is defined')
    .argument('<KEY>', 'which')
    .argument('<VALUE>', 'of its type; `-` reads it from stdin, where nobody sees it')
    .option('--user <ID>', 'whose', 'default')
    .addHelpText(
      'after',
      examples('keelson settings set mail.hour 8', 'keelson settings set mail.password - < password.txt'),
    )
    .addHelpText('after', document('{"key","value","dataType"…}; the value of a secret is hidden'))
    .action((key, text, { user }) =>
      useDatabase(context, { create: false }, async (database) => {
        const settings = new Settings(database, user);
        const { dataType } = await settings.describe(key);
        const setting = await settings.set(key, await settingValue(text, dataType));
        const shown = setting.isSecret ? { ...setting, value: '•••' } : setting;
        context.output.result(shown, () => context.output.line(`${key} is set.`));
      }),
    );
}
