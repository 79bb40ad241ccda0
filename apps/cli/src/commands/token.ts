import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { examples } from '../help.ts';
import { addTokenCreate } from './token-create.ts';
import { addTokenList } from './token-list.ts';
import { addTokenRevoke } from './token-revoke.ts';

export function addToken(parent: CommandUnknownOpts, context: Context): void {
  const group = parent
    .command('token')
    .description('make, list and end API tokens')
    .addHelpText('after', examples('keelson token create --user ada --name laptop', 'keelson token list'));
  for (const add of [addTokenCreate, addTokenList, addTokenRevoke]) add(group, context);
}
