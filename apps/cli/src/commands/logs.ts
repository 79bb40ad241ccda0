import { type CommandUnknownOpts, InvalidArgumentError } from '@commander-js/extra-typings';
import { type FilterLogs, type ListLogs, LOG_LEVELS, type LogEntry, type LogLevel, SystemLogs } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { shorten, time } from '../figures.ts';
import { document, examples } from '../help.ts';
import { printable } from '../output.ts';
import { timeAgo, wholeNumber } from '../values.ts';

export function addLogs(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('logs')
    .description('show what the programs said and the database kept, the newest first')
    .option('--level <LEVEL>', `this level and graver ones: ${LOG_LEVELS.join(', ')}`, logLevel)
    .option('--request-id <ID>', 'only what was said during this request')
    .option('--logger <NAME>', 'only what this program or part said')
    .option('--text <TEXT>', 'only lines with this text in the message')
    .option('--since <TIME>', 'only lines from this time on: 2h, 3d, or a date', timeAgo)
    .option('--limit <N>', 'how many at most, 1 to 500 (default: 50)', wholeNumber(1, 500))
    .option('--cursor <CURSOR>', 'go on after a page: its nextCursor')
    .option('--follow', 'show lines as they come, the oldest first, until Ctrl-C')
    .addHelpText('after', examples('keelson logs --level error --since 2h', 'keelson logs --request-id ID --json'))
    .addHelpText(
      'after',
      document(
        '{"items":[{"id","at","level","logger","message","requestId","jobId","sessionId","details","stack"}…],"nextCursor"};\n   with --follow a line for each item',
      ),
    )
    .addHelpText('after', '\nWith --follow it ends with 130 after Ctrl-C.\n')
    .action(({ follow, limit, cursor, since, ...filters }) =>
      useDatabase(context, { create: false }, async (database) => {
        const logs = new SystemLogs(database);
        const asked = given({ ...filters, since });
        if (follow === true) await showAsTheyCome(context, logs, asked);
        else await showPage(context, logs, { ...asked, ...given({ limit, cursor }) });
      }),
    );
}

type Given<Options> = { [Name in keyof Options]?: Exclude<Options[Name], undefined> };

/** Only the options that were given. */
function given<Options extends object>(options: Options): Given<Options> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Given<Options>;
}

async function showPage({ output, verbose }: Context, logs: SystemLogs, options: ListLogs): Promise<void> {
  const page = await logs.list(options);
  output.result(page, () => {
    const rows = page.items.map((entry) => [
      time(entry.at),
      entry.level,
      entry.logger,
      shorten(entry.message, 100),
      entry.requestId,
    ]);
    output.table(['at', 'level', 'logger', 'message', 'request'], rows);
    if (verbose) for (const { stack } of page.items) if (stack !== null) output.note(printable(stack));
    if (page.nextCursor !== null) output.note(`More: --cursor ${page.nextCursor}`);
  });
}

async function showAsTheyCome(
  { output, interrupt, json }: Context,
  logs: SystemLogs,
  filters: FilterLogs & { readonly since?: Date },
): Promise<void> {
  const { signal } = interrupt;
  if (filters.since === undefined) output.note('Lines from now on; Ctrl-C stops.');
  for await (const entry of logs.follow({ ...filters, signal })) {
    await output.piece(`${json ? JSON.stringify(entry) : lineOf(entry)}\n`);
  }
}

function lineOf({ at, level, logger, message, requestId }: LogEntry): string {
  const request = requestId === null ? '' : `  ${printable(requestId)}`;
  return `${time(at)}  ${level}  ${printable(logger)}  ${printable(shorten(message, 500))}${request}`;
}

function logLevel(text: string): LogLevel {
  const known = LOG_LEVELS.find((level) => level === text.toUpperCase());
  if (known === undefined) throw new InvalidArgumentError(`Give one of ${LOG_LEVELS.join(', ')}.`);
  return known;
}
