import process from 'node:process';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { Accounts } from '@keelson/db-core';
import { ask } from '../ask.ts';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { UsageError } from '../errors.ts';
import { document, examples } from '../help.ts';
import { readStdin } from '../stdin.ts';

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

async function passwordFrom(
  { output, interrupt }: Context,
  argument: string | undefined,
  fromStdin: boolean,
): Promise<string> {
  if (argument !== undefined && fromStdin)
    throw new UsageError('The password is given twice.', { hint: 'Give --password-stdin alone.' });
  if (argument !== undefined) {
    output.warn(
      "A password on the command line can be seen by others and stays in the shell's history; better use --password-stdin.",
    );
    return argument;
  }
  if (fromStdin) return (await interrupt.race(readStdin())).replace(/\r?\n$/, '');
  if (!process.stdin.isTTY)
    throw new UsageError('The password is missing.', {
      hint: 'Run it in a terminal to be asked, or give --password-stdin.',
    });
  const password = await ask.password('Password (at least 12 characters)');
  if ((await ask.password('The same again')) !== password)
    throw new UsageError('The two passwords differ.', { hint: 'Run the command again.' });
  return password;
}
