import process from 'node:process';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { scrubDatabase, type ScrubbedTableReport, type ScrubProgress } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { otherDatabase, placeOf, useDatabase } from '../database.ts';
import { UsageError } from '../errors.ts';
import { plural } from '../figures.ts';
import { document, examples } from '../help.ts';
import { printable } from '../output.ts';

const ENVIRONMENTS = ['staging', 'development', 'test'];

export function addScrub(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('scrub')
    .description('make a copy of the database without personal data, for staging; the database itself is only read')
    .argument('<COPY>', 'a file that is not there yet, or the URL of an empty PostgreSQL database')
    .option('--dry-run', 'say what would become of each table, and make nothing')
    .option('--environment <NAME>', `what the copy is: ${ENVIRONMENTS.join(', ')}`, 'staging')
    .addHelpText(
      'after',
      examples(
        'keelson scrub staging.db',
        'keelson scrub staging.db --dry-run --json',
        'keelson scrub postgresql://ada@localhost/staging --url postgresql://ada@localhost/production',
      ),
    )
    .addHelpText(
      'after',
      document(
        '{"engine","database","copy","made","tables":[{"name","rows","emptied":null|"why","replaced":["column"…]}…],"durationMs"}',
      ),
    )
    .addHelpText(
      'after',
      '\nTexts are replaced by words that mean nothing, as long and as many; ids of people by others, the same everywhere. Accounts have\nno passwords, and tokens, sessions, settings, jobs and logs are left out. Interrupted at any moment, no copy is there.\n',
    )
    .action((copy, { dryRun = false, environment }) => {
      if (!ENVIRONMENTS.includes(environment))
        throw new UsageError(`${environment} is nothing that a copy can be.`, {
          hint: `Give one of ${ENVIRONMENTS.join(', ')}.`,
        });
      const { config, output, interrupt } = context;
      const to = otherDatabase(context, copy);
      return useDatabase(context, { create: false }, async (database) => {
        const { conversationSources } = await import('@keelson/conversations');
        const line = progressLine();
        const scrubbed = await scrubDatabase(database, {
          to,
          sources: conversationSources,
          environment,
          dryRun,
          signal: interrupt.signal,
          onProgress: line.show,
        }).finally(line.end);
        const place = { ...placeOf(config.database), copy: placeOf(to).database };
        output.result({ ...place, ...scrubbed }, () => {
          show(context, scrubbed.tables);
          if (dryRun) output.note('Nothing was made.');
          else output.line(`${place.copy} is made, in ${(scrubbed.durationMs / 1000).toFixed(1)} s.`);
        });
      });
    });
}

function show({ output }: Context, tables: readonly ScrubbedTableReport[]): void {
  output.table(
    ['table', 'rows', 'what becomes of them'],
    tables.map(({ name, rows, emptied, replaced }) => [
      name,
      rows,
      emptied === null
        ? replaced.length === 0
          ? 'as they are'
          : `${plural(replaced.length, 'column')} replaced: ${replaced.join(', ')}`
        : `left out: ${emptied}`,
    ]),
  );
}

/** One line that is written over on a terminal; elsewhere a line for each stage. */
function progressLine(): { show: (progress: ScrubProgress) => void; end: () => void } {
  const { stderr } = process;
  let last = '';
  return {
    show: ({ stage, table }) => {
      if (stderr.isTTY) stderr.write(`\r${printable(`${stage} ${table ?? ''}`)}\u001B[K`);
      else if (stage !== last) stderr.write(`${stage}…\n`);
      last = stage;
    },
    end: () => {
      if (stderr.isTTY && last !== '') stderr.write('\r\u001B[K');
    },
  };
}
