import { Command } from '@commander-js/extra-typings';
import type { AddCommand } from './commands.ts';
import type { Context, GlobalOptions } from './context.ts';
import { examples } from './help.ts';
import { version } from './version.ts';

/** The command line with these commands. They inherit its settings, so nothing below prints errors or ends the process by itself. */
export function createProgram(context: Context, commands: readonly AddCommand[]): Command<[], GlobalOptions> {
  const program = new Command('keelson')
    .description(
      "One database for everything a small team's AI applications remember: run it, migrate it, look after its data.",
    )
    .version(version, '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [COMMAND]', 'show help of a command')
    .option('--json', 'put one JSON object on stdout, and everything else on stderr')
    .option('--url <URL>', 'the database, instead of DATABASE_URL')
    .option('--verbose', 'also tell of slow statements, retries and the causes of errors')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ outputError: () => undefined })
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText('after', examples('keelson init', 'keelson status --json', 'keelson conversations list --user ada'));
  for (const add of commands) add(program, context);
  return program;
}
