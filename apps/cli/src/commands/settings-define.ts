import { type CommandUnknownOpts, InvalidArgumentError } from '@commander-js/extra-typings';
import { SETTING_TYPES, Settings, type SettingType } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { document, examples } from '../help.ts';
import { settingValue } from '../setting-value.ts';

export function addSettingsDefine(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('define')
    .description('make a setting, or change what it is; its value stays unless another is given')
    .argument('<KEY>', 'letters, digits, `.`, `_` and `-`')
    .argument('[VALUE]', 'its value; `-` reads it from stdin')
    .requiredOption('--type <TYPE>', SETTING_TYPES.join(', '), settingType)
    .option('--user <ID>', 'whose', 'default')
    .option('--description <TEXT>', 'what it does')
    .option('--category <TEXT>', 'what it belongs to')
    .option('--pattern <RE2>', 'a regular expression that the whole value must match')
    .option('--required', 'it always has a value')
    .option('--secret', 'seal its value with KEELSON_SECRET_KEY')
    .addHelpText(
      'after',
      examples(
        'keelson settings define mail.hour 7 --type integer --pattern "1?[0-9]|2[0-3]"',
        'keelson settings define mail.password - --type string --secret < password.txt',
      ),
    )
    .addHelpText('after', document('{"key","value","dataType"…}; the value of a secret is hidden'))
    .action(async (key, value, { user, type, description, category, pattern, required, secret }) => {
      const given = value === undefined ? undefined : await settingValue(value, type);
      await useDatabase(context, { create: true, initialize: true }, async (database) => {
        const setting = await new Settings(database, user).define({
          key,
          dataType: type,
          isRequired: required === true,
          isSecret: secret === true,
          ...(given === undefined ? {} : { value: given }),
          ...(description === undefined ? {} : { description }),
          ...(category === undefined ? {} : { category }),
          ...(pattern === undefined ? {} : { pattern }),
        });
        const shown = setting.isSecret ? { ...setting, value: '•••' } : setting;
        context.output.result(shown, () => context.output.line(`${key} is defined.`));
      });
    });
}

function settingType(text: string): SettingType {
  const known = SETTING_TYPES.find((type) => type === text.toLowerCase());
  if (known === undefined) throw new InvalidArgumentError(`Give one of ${SETTING_TYPES.join(', ')}.`);
  return known;
}
