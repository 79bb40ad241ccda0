import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { Accounts } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { document, examples } from '../help.ts';
import { passwordFrom } from '../password.ts';

export function addCreateAdmin(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('create-admin')
    .description('make an account that may do everything; the password is asked for')
    .argument('<EMAIL>', 'the address to sign in with')
    .argument('[PASSWORD]', "better not here: other users of the machine, and the shell's history, can see it")
    .option('--password-stdin', 'read the password from stdin')
    .option('--name <NAME>', 'the full name')
    .addHelpText(
      'after',
      examples(
        'keelson create-admin ada@example.com',
        'pass show keelson | keelson create-admin ada@example.com --password-stdin',
      ),
    )
    .addHelpText(
      'after',
      document('{"id","email","fullName","isActive","isAdmin","lastLoginAt","createdAt","updatedAt","version"}'),
    )
    .action(async (email, argument, { passwordStdin = false, name }) => {
      const password = await passwordFrom(context, argument, passwordStdin);
      await useDatabase(context, { create: true, initialize: true }, async (database) => {
        const account = await new Accounts(database).createAdmin({
          email,
          password,
          ...(name === undefined ? {} : { fullName: name }),
        });
        context.output.result(account, () => context.output.line(`Made the administrator ${account.email}.`));
      });
    });
}
