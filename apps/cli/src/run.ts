import process from 'node:process';
import { CommanderError } from '@commander-js/extra-typings';
import { commandsFor } from './commands.ts';
import { Context } from './context.ts';
import { OutputError, reportError, toKeelsonError } from './errors.ts';
import { Interrupt } from './interrupt.ts';
import { createProgram } from './program.ts';

/** Runs one command line and ends the process with its exit code. */
export async function main(args: readonly string[]): Promise<void> {
  const interrupt = new Interrupt();
  const context: Context = new Context(interrupt, () => program.opts());
  endWhenNothingCanBeSaid(context);
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

/** `keelson … | head` closes the pipe early, which is no reason to fail. A full disk is. */
function endWhenNothingCanBeSaid(context: Context): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (fault: NodeJS.ErrnoException) => {
      if (fault.code === 'EPIPE') process.exit(0);
      const error = new OutputError(`What the command says can't be written: ${fault.message}.`, { cause: fault });
      if (stream === process.stdout) reportError(error, context);
      process.exit(error.exitCode);
    });
  }
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}
