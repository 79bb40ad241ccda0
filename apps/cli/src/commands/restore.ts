import { resolve } from 'node:path';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { restoreBackup, type VerifiedBackup } from '@keelson/db-core';
import { BackupLine } from '../backup-progress.ts';
import { confirmDestruction } from '../confirm.ts';
import type { Context } from '../context.ts';
import { commandConfig, placeOf } from '../database.ts';
import { plural, time } from '../figures.ts';
import { document, examples } from '../help.ts';

export function addRestore(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('restore')
    .description('replace the database by what a backup holds; what was there is kept beside it')
    .argument('<FILE>', 'what `keelson backup` made, or a SQLite file')
    .option('--dry-run', 'read all of it, say whether it can be restored, and change nothing')
    .option('--yes', 'do it without asking')
    .option('--confirm <NAME>', "the database's name; needed in production")
    .option('--force', 'also while programs run on it, or where what is there can not be read')
    .addHelpText(
      'after',
      examples(
        'keelson backups list',
        'keelson restore data/backups/keelson-2026-03-01T02-00-00Z-3f9a1c.keelson --dry-run',
        'keelson restore copy.db --yes',
        'keelson restore FILE --url postgresql://ada@localhost/empty',
      ),
    )
    .addHelpText(
      'after',
      document(
        '{"engine","database","restored","kept":null|"a file, or a schema of the server","migrated":[…],"backup":{"file","takenAt","databaseId","bytes",…,"tables":[{"name","rows","checksum"}…]},"durationMs"}',
      ),
    )
    .addHelpText(
      'after',
      '\nThe backup is restored beside the database, verified, and then takes its place in one step. Interrupted before that, nothing\nhas changed. Whoever follows the change feed reads everything anew afterwards.\n',
    )
    .action(async (file, { dryRun = false, yes = false, confirm: name, force = false }) => {
      const { output, config, interrupt } = context;
      const line = new BackupLine();
      const place = placeOf(config.database);
      const confirm = async (backup: VerifiedBackup): Promise<void> => {
        line.end();
        const what = `This replaces ${place.database} by the backup${backup.takenAt === null ? '' : ` of ${time(backup.takenAt)}`}; what was written since is not in it.`;
        const { databaseId: id, environment } = backup;
        const identity = id === null || environment === null ? undefined : { id, environment, createdAt: new Date(0) };
        await interrupt.race(confirmDestruction(context, { what, yes, name, identity }));
      };
      try {
        const done = await restoreBackup(resolve(config.home, file), {
          config: commandConfig(context),
          dryRun,
          force,
          confirm,
          signal: interrupt.signal,
          onProgress: line.show,
        });
        line.end();
        output.result({ ...place, ...done }, () => {
          const { backup, kept, migrated } = done;
          const rows = backup.tables.reduce((sum, table) => sum + table.rows, 0);
          const holds = `${plural(rows, 'row')} in ${plural(backup.tables.length, 'table')}`;
          if (dryRun) {
            output.line(`${file} is whole: ${holds}. It can be restored to ${place.database}.`);
            output.note('Nothing was changed.');
            return;
          }
          output.line(`${place.database} is restored: ${holds}, in ${(done.durationMs / 1000).toFixed(1)} s.`);
          if (migrated.length > 0) output.line(`Migrations that were run on it: ${migrated.join(', ')}.`);
          if (kept !== null)
            output.line(`What was there is kept as ${kept}; \`keelson backups remove-kept\` removes it.`);
        });
      } finally {
        line.end();
      }
    });
}
