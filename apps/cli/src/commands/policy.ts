import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { examples } from '../help.ts';
import { addPolicyCheck } from './policy-check.ts';

export function addPolicy(parent: CommandUnknownOpts, context: Context): void {
  const group = parent
    .command('policy')
    .description('hold a repository to the rule that there is one database')
    .addHelpText('after', examples('keelson policy check', 'keelson policy check --staged'));
  addPolicyCheck(group, context);
}
