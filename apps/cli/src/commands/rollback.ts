import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { type MigrationRun, readIdentity } from '@keelson/db-core';
import { confirmDestruction } from '../confirm.ts';
import type { Context } from '../context.ts';
import { placeOf, useDatabase } from '../database.ts';
import { plural } from '../figures.ts';
import { document, examples } from '../help.ts';
import { showRun } from '../migration-run.ts';
import { migrationName } from '../values.ts';

export function addRollback(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('rollback')
    .description('undo the last migration, or all that came after NNNN; what their tables held is lost')
    .argument('[NNNN]', 'the last migration that stays; 0000 undoes all', migrationName)
    .option('--dry-run', 'show what would be run, with its SQL, and change nothing')
    .option('--yes', 'do it without asking')
    .option('--confirm <NAME>', "the database's name; needed in production")
    .option('--force', 'even while programs run that work with what is undone')
    .addHelpText(
      'after',
      examples(
        'keelson rollback --dry-run',
        'keelson rollback 0001 --yes',
        'keelson rollback --yes --confirm keelson.db',
      ),
    )
    .addHelpText(
      'after',
      document(
        '{"engine","database","dryRun","plan":[{"name","direction","breaking","transaction","sql":[…]}…],"done":[{"name","durationMs"}…],"current"}',
      ),
    )
    .addHelpText(
      'after',
      '\nIt is refused while programs live that were started with what would be undone: stop them first. With\nMIGRATION_BACKUP_BEFORE_UPGRADE=true a backup is made and read back before.\n',
    )
    .action((to, { dryRun = false, yes = false, confirm, force = false }) =>
      useDatabase(context, { create: false }, async (database) => {
        const target = to === undefined ? {} : { to };
        let run: MigrationRun = await database.migrations.rollback({ ...target, dryRun: true });
        if (run.plan.length > 0 && !dryRun) {
          const names = run.plan.map(({ name }) => name).join(', ');
          const what = `This undoes ${plural(run.plan.length, 'migration')} (${names}) of ${placeOf(context.config.database).database}, and what their tables hold is lost.`;
          await confirmDestruction(context, { what, yes, name: confirm, identity: await readIdentity(database) });
          run = await database.migrations.rollback({ ...target, force });
        }
        const { current } = await database.migrations.status();
        const result = { ...placeOf(context.config.database), dryRun, ...run, current };
        context.output.result(result, () => {
          if (run.plan.length === 0)
            context.output.line(`Nothing to undo: ${result.database} is at ${current ?? 'no migration'}.`);
          else showRun(context, run, dryRun);
        });
      }),
    );
}
