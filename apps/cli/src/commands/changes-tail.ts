import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Change } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { time } from '../figures.ts';
import { document, examples } from '../help.ts';
import { printable } from '../output.ts';

export function addChangesTail(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('tail')
    .description('show changes as they are committed, in this order, until Ctrl-C')
    .option('--user <ID>', "only changes of this user's rows (default: everybody's)")
    .option('--after <POSITION>', 'go on after a change: its position (default: from now on)')
    .addHelpText('after', examples('keelson changes tail --user ada', 'keelson changes tail --json | jq -r .key'))
    .addHelpText(
      'after',
      document(
        'a line for each change: {"position","table","operation":"insert"|"update"|"delete","key","userId","at"}',
      ),
    )
    .addHelpText('after', '\nEnds with 130 after Ctrl-C.\n')
    .action(({ user, after }) =>
      useDatabase(context, { create: false }, async (database) => {
        const { output, interrupt, json } = context;
        const begin = after ?? (await database.changes.position());
        if (after === undefined) output.note('Changes from now on; Ctrl-C stops.');
        const changes = database.changes.follow({ after: begin, userId: user, signal: interrupt.signal });
        for await (const change of changes) {
          await output.piece(`${json ? JSON.stringify(documentOf(change)) : lineOf(change)}\n`);
        }
      }),
    );
}

function documentOf({ position, table, operation, key, userId, at }: Change): object {
  return { position, table, operation, key, userId, at };
}

function lineOf({ table, operation, key, userId, at }: Change): string {
  return `${time(at)}  ${operation}  ${table}  ${printable(key)}  ${printable(userId)}`;
}
