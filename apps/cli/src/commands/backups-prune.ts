import { resolve } from 'node:path';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { pruneBackups, readIdentity } from '@keelson/db-core';
import { confirmDestruction } from '../confirm.ts';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { bytes, plural, time } from '../figures.ts';
import { document, examples } from '../help.ts';
import { wholeNumber } from '../values.ts';

const DAY_MS = 86_400_000;

export function addBackupsPrune(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('prune')
    .description("remove this database's old backups; the newest one always stays, and what others go on from")
    .option('--keep-days <N>', 'how old they may become (default: BACKUP_RETENTION_DAYS)', wholeNumber(1, 36_500))
    .option('--backup-path <FOLDER>', 'the folder (default: BACKUP_FOLDER)')
    .option('--dry-run', 'show which would be removed, and remove none')
    .option('--yes', 'do it without asking')
    .option('--confirm <NAME>', "the database's name; needed in production")
    .addHelpText('after', examples('keelson backups prune --dry-run', 'keelson backups prune --keep-days 90 --yes'))
    .addHelpText('after', document('{"folder","dryRun","items":[{"file","bytes","takenAt",…}…]}'))
    .action(({ keepDays, backupPath, dryRun = false, yes = false, confirm }) =>
      useDatabase(context, { create: false }, async (database) => {
        const { output, config } = context;
        const { backups } = config.database;
        const folder = backupPath === undefined ? backups.folder : resolve(config.home, backupPath);
        const keepMs = keepDays === undefined ? backups.keepMs : keepDays * DAY_MS;
        const identity = await readIdentity(database);
        const wanted = { databaseId: identity?.id ?? null, keepMs };
        let items = await pruneBackups(folder, { ...wanted, dryRun: true });
        if (items.length > 0 && !dryRun) {
          const what = `This removes ${plural(items.length, 'backup')} in ${folder}.`;
          await confirmDestruction(context, { what, yes, name: confirm, identity });
          items = await pruneBackups(folder, wanted);
        }
        output.result({ folder, dryRun, items }, () => {
          if (items.length === 0) output.line(`There is no backup in ${folder} that is old enough.`);
          for (const { file, takenAt, bytes: size } of items)
            output.line(`${dryRun ? 'would go' : 'removed'}: ${file}, ${time(takenAt)}, ${bytes(size)}`);
        });
      }),
    );
}
