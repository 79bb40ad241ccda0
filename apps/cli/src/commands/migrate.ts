import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { type Database, databaseInfo, ensureIdentity } from '@keelson/db-core';
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
    .option('--force', 'run breaking migrations even while programs run that they break')
    .addHelpText('after', examples('keelson migrate', 'keelson migrate --dry-run', 'keelson migrate --to 0002'))
    .addHelpText(
      'after',
      document(
        '{"engine","database","dryRun","plan":[{"name","direction","breaking","transaction","sql":[…]}…],"done":[{"name","durationMs"}…],"current"}',
      ),
    )
    .addHelpText(
      'after',
      '\nA migration that is marked as breaking is refused while programs live that were started with an older schema: stop them\nfirst. With --force it runs all the same; they then fail at every statement that the change concerns, until they are\nreplaced. All others may run while old and new programs are in use beside each other.\n',
    )
    .action(({ to, dryRun = false, force = false }) =>
      useDatabase(context, { create: !dryRun }, async (database) => {
        const target = to === undefined ? {} : { to };
        if (force && !dryRun) await warnOfBreaking(context, database, target);
        const run = await database.migrations.migrate({ dryRun, force, ...target });
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

/** Says what --force does to those that run. */
async function warnOfBreaking({ output }: Context, database: Database, target: { to?: string }): Promise<void> {
  const breaking = (await database.migrations.plan(target)).filter((planned) => planned.breaking);
  if (breaking.length === 0) return;
  const { instances } = await databaseInfo(database);
  for (const { kind, host, pid, appVersion } of instances ?? [])
    output.warn(
      `${kind} ${appVersion} on ${host} (process ${pid}) will fail until it is replaced, because of ${breaking.map(({ name }) => name).join(', ')}.`,
    );
}
