import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { Accounts } from '@keelson/db-core';
import { accountOf, ACCOUNT_SHAPE } from '../account.ts';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { document, examples } from '../help.ts';
import { passwordFrom } from '../password.ts';

export function addUserSetPassword(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('set-password')
    .description('set a password for somebody who forgot theirs; all sessions of the account end, its API tokens stay')
    .argument('<EMAIL>', 'the address of the account')
    .option('--password-stdin', 'read the password from stdin')
    .addHelpText(
      'after',
      examples(
        'keelson user set-password bob@example.com',
        'pass show bob | keelson user set-password bob@example.com --password-stdin',
      ),
    )
    .addHelpText('after', document(ACCOUNT_SHAPE))
    .action((email, { passwordStdin = false }) =>
      useDatabase(context, { create: false }, async (database) => {
        // Nobody should think of a password for an account that isn't there.
        await accountOf(database, email);
        const password = await passwordFrom(context, undefined, passwordStdin);
        const account = await new Accounts(database).setPassword(email, password);
        context.output.result(account, () =>
          context.output.line(`Set the password of ${account.email}; its sessions have ended.`),
        );
      }),
    );
}
