import process from 'node:process';
import { CommanderError } from '@commander-js/extra-typings';
import { commandsFor } from './commands.ts';
import { Context } from './context.ts';
import { reportError, toKeelsonError } from './errors.ts';
import { Interrupt } from './interrupt.ts';
import { createProgram } from './program.ts';

/** Runs one command line and ends the process with its exit code. */
export async function main(args: readonly string[]): Promise<void> {
  endQuietlyWhenNobodyReads();
  const interrupt = new Interrupt();
  const context: Context = new Context(interrupt, () => program.opts());
  const program = createProgram(context, await commandsFor(args));
  const code = await run(program, context, args);
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  // Something may still be waiting for a database that doesn't answer; the command is done all the same.
  process.exit(code);
}

async function run(
  program: ReturnType<typeof createProgram>,
  context: Context,
  args: readonly string[],
): Promise<number> {
  try {
    await program.parseAsync(args, { from: 'user' });
    return context.exitCode;
  } catch (thrown) {
    const error = toKeelsonError(thrown);
    if (error === undefined) return 0;
    // The options may be what isn't understood, so that nobody has read them.
    const asked = (flag: string): boolean => thrown instanceof CommanderError && args.includes(flag);
    const json = context.json || asked('--json');
    if (thrown instanceof CommanderError && thrown.code === 'commander.help' && !json) return error.exitCode;
    reportError(error, { json, verbose: context.verbose || asked('--verbose') });
    return error.exitCode;
  }
}

/** `keelson … | head` closes the pipe early: no reason to fail. */
function endQuietlyWhenNobodyReads(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(0);
      throw error;
    });
  }
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}
