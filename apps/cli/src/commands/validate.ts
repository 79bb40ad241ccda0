import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { type Database, SchemaValidationError } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { placeOf, useDatabase } from '../database.ts';
import { document, examples } from '../help.ts';

interface Difference {
  readonly kind: string;
  readonly table: string;
  readonly name?: string;
  readonly message: string;
}

const FINDINGS = 5;

export function addValidate(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('validate')
    .description('compare the tables and columns, and the history of migrations, with what this version works with')
    .addHelpText('after', examples('keelson validate', 'keelson validate --json'))
    .addHelpText(
      'after',
      document(
        '{"engine","database","valid","pending":[NAME…],"drifted":[{"name","problem"}…],"newer":[NAME…],"unfinished":[NAME…],\n   "differences":[{"kind","table","name"?,"message"}…]}',
      ),
    )
    .addHelpText('after', '\nEnds with 5 when something differs.\n')
    .action(() =>
      useDatabase(context, { create: false }, async (database) => {
        const { pending, drifted, newer, unfinished } = await database.migrations.status();
        const differences = await differencesOf(database);
        const history = { pending, drifted, newer, unfinished: unfinished.map(({ name }) => name) };
        const valid = [...Object.values(history), differences].every((found) => found.length === 0);
        const result = { ...placeOf(context.config.database), valid, ...history, differences };
        const { output } = context;
        output.result(result, () => {
          if (valid) output.line(`${result.database} is as it should be.`);
          for (const name of pending) output.line(`${name} is pending.`);
          for (const { name, problem } of drifted) output.line(`${name} ${problem}.`);
          for (const name of newer) output.line(`${name} is newer than this program.`);
          for (const name of history.unfinished) output.line(`${name} was interrupted.`);
          for (const { message } of differences) output.line(message);
        });
        if (valid) return;
        context.exitCode = FINDINGS;
        if (pending.length > 0) output.note('Run `keelson migrate` first.');
      }),
    );
}

async function differencesOf(database: Database): Promise<readonly Difference[]> {
  try {
    await database.migrations.validate();
    return [];
  } catch (error) {
    if (!(error instanceof SchemaValidationError)) throw error;
    const { differences } = error.details as { differences?: readonly Difference[] };
    return differences ?? [{ kind: 'schema', table: '', message: error.message }];
  }
}
