import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { examples } from '../help.ts';
import { addBackupsList } from './backups-list.ts';
import { addBackupsPrune } from './backups-prune.ts';
import { addBackupsRemoveKept } from './backups-remove-kept.ts';
import { addBackupsVerify } from './backups-verify.ts';

export function addBackups(parent: CommandUnknownOpts, context: Context): void {
  const group = parent
    .command('backups')
    .description('look at backups, verify them, and remove old ones; `keelson backup` makes one')
    .addHelpText(
      'after',
      examples('keelson backups list', 'keelson backups verify', 'keelson backups prune --dry-run'),
    );
  for (const add of [addBackupsList, addBackupsVerify, addBackupsPrune, addBackupsRemoveKept]) add(group, context);
}
