import process from 'node:process';
import { ask } from './ask.ts';
import type { Context } from './context.ts';
import { UsageError } from './errors.ts';
import { readStdin } from './stdin.ts';

/** Asks for a password, or takes it from stdin or, with a warning, from the command line. */
export async function passwordFrom(
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
