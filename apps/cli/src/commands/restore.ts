import { resolve } from 'node:path';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { restoreBackup, type VerifiedBackup } from '@keelson/db-core';
import { BackupLine } from '../backup-progress.ts';
import { confirmDestruction } from '../confirm.ts';
import type { Context } from '../context.ts';
import { commandConfig, placeOf } from '../database.ts';
import { UsageError } from '../errors.ts';
import { plural, time } from '../figures.ts';
import { document, examples } from '../help.ts';
import { moment } from '../values.ts';

export function addRestore(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('restore')
    .description('replace the database by what a backup holds; what was there is kept beside it')
    .argument(
      '[FILE]',
      'what `keelson backup` made, a folder of such, or a SQLite file (default, with --to: BACKUP_FOLDER)',
    )
    .option(
      '--to <TIME>',
      'with increments, up to the last one that is not later; ISO 8601, such as 2026-03-01T14:30:00Z',
      moment,
    )
    .option('--dry-run', 'read all of it, say whether it can be restored, and change nothing')
    .option('--yes', 'do it without asking')
    .option('--confirm <NAME>', "the database's name; needed in production")
    .option('--force', 'also while programs run on it, or where what is there can not be read')
    .addHelpText(
      'after',
      examples(
        'keelson backups list',
        'keelson restore data/backups/keelson-2026-03-01T02-00-00Z-3f9a1c.keelson --dry-run',
        'keelson restore --to 2026-03-01T14:30:00Z',
        'keelson restore copy.db --yes',
        'keelson restore FILE --url postgresql://ada@localhost/empty',
      ),
    )
    .addHelpText(
      'after',
      document(
        '{"engine","database","restored","reached":null|"time","next":null|"time","increments","kept":null|"a file, or a schema of the server","migrated":[…],"backup":{"file","takenAt","databaseId","bytes",…,"tables":[{"name","rows","checksum"}…]},"durationMs"}',
      ),
    )
    .addHelpText(
      'after',
      '\nThe backup is restored beside the database, verified, and then takes its place in one step. Interrupted before that, nothing\nhas changed. Whoever follows the change feed reads everything anew afterwards. A full backup is restored as it is; with --to its\nincrements are brought in as well, and an increment is restored with all that it goes on from, which must be in its folder.\nA moment that can be reached is one that a backup was made at: `keelson backups list`.\n',
    )
    .action(async (given, { to, dryRun = false, yes = false, confirm: name, force = false }) => {
      const { output, config, interrupt } = context;
      const line = new BackupLine();
      const place = placeOf(config.database);
      if (given === undefined && to === undefined)
        throw new UsageError('Nothing says what to restore.', {
          hint: 'Give a file (`keelson backups list` shows them), or a moment: --to.',
        });
      const file = given === undefined ? config.database.backups.folder : resolve(config.home, given);
      const confirm = async (backup: VerifiedBackup): Promise<void> => {
        line.end();
        const what = `This replaces ${place.database} by the backup${backup.takenAt === null ? '' : ` of ${time(backup.takenAt)}`}; what was written since is not in it.`;
        const { databaseId: id, environment } = backup;
        const identity = id === null || environment === null ? undefined : { id, environment, createdAt: new Date(0) };
        await interrupt.race(confirmDestruction(context, { what, yes, name, identity }));
      };
      try {
        const done = await restoreBackup(file, {
          config: commandConfig(context),
          ...(to === undefined ? {} : { to }),
          dryRun,
          force,
          confirm,
          signal: interrupt.signal,
          onProgress: line.show,
        });
        line.end();
        output.result({ ...place, ...done }, () => {
          const { backup, kept, migrated, reached, increments, next } = done;
          const rows = backup.tables.reduce((sum, table) => sum + table.rows, 0);
          const holds = `${plural(rows, 'row')} in ${plural(backup.tables.length, 'table')}`;
          const asOf = reached === null ? '' : ` as of ${reached.toISOString()}`;
          const from = increments === 0 ? '' : `, from a full backup and ${plural(increments, 'increment')}`;
          if (dryRun) {
            output.line(
              `${file} is whole${asOf}: ${increments === 0 ? holds : `a full backup and ${plural(increments, 'increment')}`}. It can be restored to ${place.database}.`,
            );
            tellLoss(context, { to, reached, next });
            output.note('Nothing was changed.');
            return;
          }
          output.line(
            `${place.database} is restored${asOf}: ${holds}${from}, in ${(done.durationMs / 1000).toFixed(1)} s.`,
          );
          tellLoss(context, { to, reached, next });
          if (migrated.length > 0) output.line(`Migrations that were run on it: ${migrated.join(', ')}.`);
          if (kept !== null)
            output.line(`What was there is kept as ${kept}; \`keelson backups remove-kept\` removes it.`);
        });
      } finally {
        line.end();
      }
    });
}

interface Loss {
  readonly to: Date | undefined;
  readonly reached: Date | null;
  readonly next: Date | null;
}

/** What was asked for and isn't there, in words: there is a backup of some moments only. */
function tellLoss({ output }: Context, { to, reached, next }: Loss): void {
  if (to === undefined || reached === null) return;
  const end = Math.min(to.getTime(), Date.now());
  const seconds = Math.max(0, Math.round((end - reached.getTime()) / 1000));
  output.line(
    `What was written in the ${plural(seconds, 'second')} from ${reached.toISOString()} to ${new Date(end).toISOString()} is not in it.`,
  );
  if (next !== null) output.line(`The next moment that could be reached is ${next.toISOString()}.`);
}
