import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { ensureIdentity } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { placeOf, useDatabase } from '../database.ts';
import { document, examples } from '../help.ts';
import { showRun } from '../migration-run.ts';
import { migrationName } from '../values.ts';

export function addMigrate(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('migrate')
    .description('run the migrations that are pending; of two at once, one works and the other waits')
    .option('--to <NNNN>', 'stop after this migration', migrationName)
    .option('--dry-run', 'show what would be run, with its SQL, and change nothing')
    .addHelpText('after', examples('keelson migrate', 'keelson migrate --dry-run', 'keelson migrate --to 0002'))
    .addHelpText(
      'after',
      document(
        '{"engine","database","dryRun","plan":[{"name","direction","breaking","transaction","sql":[…]}…],"done":[{"name","durationMs"}…],"current"}',
      ),
    )
    .action(({ to, dryRun = false }) =>
      useDatabase(context, { create: !dryRun }, async (database) => {
        const run = await database.migrations.migrate({ dryRun, ...(to === undefined ? {} : { to }) });
        const { current, pending } = await database.migrations.status();
        if (!dryRun && pending.length === 0) await ensureIdentity(database, context.config.environment);
        const result = { ...placeOf(context.config.database), dryRun, ...run, current };
        context.output.result(result, () => {
          if (run.plan.length === 0)
            context.output.line(`Nothing to do: ${result.database} is at ${current ?? 'no migration'}.`);
          else showRun(context, run, dryRun);
        });
      }),
    );
}
