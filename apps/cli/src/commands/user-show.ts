import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { accountOf, ACCOUNT_SHAPE } from '../account.ts';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { time } from '../figures.ts';
import { document, examples } from '../help.ts';

export function addUserShow(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('show')
    .description('show an account')
    .argument('<EMAIL>', 'its address')
    .addHelpText('after', examples('keelson user show ada@example.com'))
    .addHelpText('after', document(ACCOUNT_SHAPE))
    .action((email) =>
      useDatabase(context, { create: false }, async (database) => {
        const account = await accountOf(database, email);
        context.output.result(account, () =>
          context.output.list({
            id: account.id,
            address: account.email,
            name: account.fullName,
            may: account.isAdmin ? 'everything' : 'own rows',
            state: account.isActive ? 'active' : 'deactivated',
            'last signed in': time(account.lastLoginAt),
            made: time(account.createdAt),
          }),
        );
      }),
    );
}
