import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { Settings } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { document, examples } from '../help.ts';
import { printable } from '../output.ts';

export function addSettingsGet(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('get')
    .description('show the value of a setting, also where it is secret; nothing where it is not set')
    .argument('<KEY>', 'which')
    .option('--user <ID>', 'whose', 'default')
    .addHelpText('after', examples('keelson settings get mail.hour', 'keelson settings get mail.hour --json'))
    .addHelpText('after', document('{"key","value","dataType","isRequired","isSecret","pattern","version"…}'))
    .action((key, { user }) =>
      useDatabase(context, { create: false }, async (database) => {
        const setting = await new Settings(database, user).get(key);
        const { value } = setting;
        context.output.result(setting, () => {
          if (value !== null) context.output.line(printable(typeof value === 'string' ? value : JSON.stringify(value)));
        });
      }),
    );
}
