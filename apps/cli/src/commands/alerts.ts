import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { examples } from '../help.ts';
import { addAlertsList } from './alerts-list.ts';
import { addAlertsTest } from './alerts-test.ts';

export function addAlerts(parent: CommandUnknownOpts, context: Context): void {
  const group = parent
    .command('alerts')
    .description('see what is wrong and what was, and try whether the webhook is told')
    .addHelpText('after', examples('keelson alerts list', 'keelson alerts list --history', 'keelson alerts test'));
  for (const add of [addAlertsList, addAlertsTest]) add(group, context);
}
