import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { type DatabaseConfig, loadConfig, settleForeignRestore } from '@keelson/db-core';
import { confirmDestruction } from '../confirm.ts';
import type { Context } from '../context.ts';
import { commandConfig, placeOf } from '../database.ts';
import { plural } from '../figures.ts';
import { document, examples } from '../help.ts';

export function addRestored(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('restored')
    .description(
      "make a database fit for use that something else restored: PostgreSQL's log archive, pg_restore, a snapshot",
    )
    .option('--erasures-from <URL>', 'the database as it was before: what was erased there is erased here again')
    .option('--dry-run', 'say what would be done, and change nothing')
    .option('--yes', 'do it without asking')
    .option('--confirm <NAME>', "the database's name; needed in production")
    .option('--force', 'also while programs seem to run on it')
    .addHelpText(
      'after',
      examples(
        'keelson restored --dry-run',
        'keelson restored --erasures-from postgresql://ada@old-server/keelson',
        'keelson restored --yes --json',
      ),
    )
    .addHelpText(
      'after',
      document('{"engine","database","databaseId","environment","settled","migrated":[…],"erasures"}'),
    )
    .addHelpText(
      'after',
      '\nIt begins a new epoch of the change feed, so that whoever follows it reads everything anew; forgets the programs that ran;\nruns pending migrations; and erases again what was erased. `keelson restore` does all of this itself. docs/recovery.md has\nthe steps before and after it.\n',
    )
    .action(async ({ erasuresFrom, dryRun = false, yes = false, confirm: name, force = false }) => {
      const { output, config, interrupt } = context;
      const place = placeOf(config.database);
      const before = erasuresFrom === undefined ? undefined : configOf(context, erasuresFrom);
      const done = await interrupt.race(
        settleForeignRestore({
          config: commandConfig(context),
          ...(before === undefined ? {} : { erasuresFrom: before }),
          dryRun,
          force,
          signal: interrupt.signal,
          confirm: ({ databaseId: id, environment }) =>
            confirmDestruction(context, {
              what: `Everybody who follows the changes of ${place.database} will read everything anew, and what was erased is erased again.`,
              yes,
              name,
              identity: { id, environment, createdAt: new Date(0) },
            }),
        }),
      );
      output.result({ ...place, ...done }, () => {
        const { databaseId, environment, settled, migrated, erasures } = done;
        output.list({ database: place.database, id: databaseId, environment });
        if (migrated.length > 0)
          output.line(`Migrations${settled ? ' that were run' : ' to be run'}: ${migrated.join(', ')}.`);
        if (settled)
          output.line(
            `It is fit for use: a new epoch began, and ${plural(erasures, 'erasure')} ${erasures === 1 ? 'was' : 'were'} gone through again.`,
          );
        else output.note('Nothing was changed.');
        if (erasuresFrom === undefined)
          output.note(
            'What was erased after the moment it was restored to is not known here: --erasures-from names the database of before.',
          );
      });
    });
}

function configOf({ environment }: Context, url: string): DatabaseConfig {
  return loadConfig({ ...environment, DATABASE_URL: url, DATABASE_TYPE: undefined, DATABASE_READ_URL: undefined })
    .database;
}
