import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { examples } from '../help.ts';
import { addSettingsDefine } from './settings-define.ts';
import { addSettingsGet } from './settings-get.ts';
import { addSettingsList } from './settings-list.ts';
import { addSettingsRemove } from './settings-remove.ts';
import { addSettingsRotateSecrets } from './settings-rotate-secrets.ts';
import { addSettingsSet } from './settings-set.ts';

export function addSettings(parent: CommandUnknownOpts, context: Context): void {
  const group = parent
    .command('settings')
    .description(
      "look at and change what can be set while programs run; the installation's own belong to keelson:system",
    )
    .addHelpText('after', examples('keelson settings list --user ada', 'keelson settings set mail.hour 7'));
  addSettingsList(group, context);
  addSettingsGet(group, context);
  addSettingsDefine(group, context);
  addSettingsSet(group, context);
  addSettingsRemove(group, context);
  addSettingsRotateSecrets(group, context);
}
