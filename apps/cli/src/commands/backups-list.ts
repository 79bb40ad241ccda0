import { resolve } from 'node:path';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { listBackups } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { bytes, time } from '../figures.ts';
import { document, examples } from '../help.ts';

export function addBackupsList(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('list')
    .description('show the backups of a folder, newest first')
    .option('--backup-path <FOLDER>', 'the folder (default: BACKUP_FOLDER)')
    .addHelpText('after', examples('keelson backups list', 'keelson backups list --backup-path /mnt/backups --json'))
    .addHelpText(
      'after',
      document(
        '{"folder","items":[{"file","id","form":"backup|increment","parent":null|"id","base":null|"id","bytes","takenAt","engine","databaseId","environment","appVersion","encrypted"}…],"unreadable":["file"…]}',
      ),
    )
    .action(async ({ backupPath }) => {
      const { output, config } = context;
      const folder = backupPath === undefined ? config.database.backups.folder : resolve(config.home, backupPath);
      const { items, unreadable } = await listBackups(folder);
      output.result({ folder, items, unreadable }, () => {
        if (items.length === 0) output.note(`There are no backups in ${folder}.`);
        else
          output.table(
            ['taken at', 'form', 'engine', 'environment', 'size', 'encrypted', 'file'],
            items.map((item) => [
              time(item.takenAt),
              item.form === 'backup' ? 'full' : 'increment',
              item.engine,
              item.environment,
              bytes(item.bytes),
              item.encrypted ? 'yes' : 'no',
              item.file,
            ]),
          );
        for (const file of unreadable) output.warn(`${file} can't be read as a backup.`);
      });
    });
}
