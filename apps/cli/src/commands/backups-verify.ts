import { resolve } from 'node:path';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { asKeelsonError, findChain, listBackups, verifyBackup } from '@keelson/db-core';
import { BackupLine } from '../backup-progress.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { plural } from '../figures.ts';
import { document, examples } from '../help.ts';

export function addBackupsVerify(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('verify')
    .description('read backups from beginning to end, and open the databases in them')
    .argument('[FILE...]', 'which (default: the newest one in BACKUP_FOLDER, with all that it goes on from)')
    .addHelpText('after', examples('keelson backups verify', 'keelson backups verify data/backups/*.keelson --json'))
    .addHelpText('after', document('{"items":[{"file","whole":true,"rows"}|{"file","whole":false,"code","message"}…]}'))
    .addHelpText(
      'after',
      '\nEnds with 5 when one of them is damaged. An increment is damaged, too, where what it goes on from is missing or another.\n',
    )
    .action(async (given) => {
      const { output, config, interrupt } = context;
      const files = given.map((file) => resolve(config.home, file));
      if (files.length === 0) {
        const [newest] = (await listBackups(config.database.backups.folder)).items;
        if (newest === undefined)
          throw new UsageError(`There are no backups in ${config.database.backups.folder}.`, {
            hint: 'Give the files to verify, or make a backup: `keelson backup`.',
          });
        files.push(...(await findChain(newest.file)).files);
      }
      const line = new BackupLine();
      const items: Verdict[] = [];
      try {
        for (const file of files) items.push(await verdictOf(file, context, line));
      } finally {
        line.end();
      }
      interrupt.signal.throwIfAborted();
      output.result({ items }, () => {
        for (const item of items)
          output.line(
            item.whole
              ? `${item.file}: whole, ${plural(item.rows, 'row')}`
              : `${item.file}: ${item.message} (${item.code})`,
          );
      });
      if (items.some(({ whole }) => !whole)) context.exitCode = 5;
    });
}

type Verdict =
  | { readonly file: string; readonly whole: true; readonly rows: number }
  | { readonly file: string; readonly whole: false; readonly code: string; readonly message: string };

async function verdictOf(file: string, { config, interrupt }: Context, line: BackupLine): Promise<Verdict> {
  try {
    const { secretKeys } = config.database;
    const { tables } = await verifyBackup(file, { secretKeys, signal: interrupt.signal, onProgress: line.show });
    return { file, whole: true, rows: tables.reduce((sum, { rows }) => sum + rows, 0) };
  } catch (thrown) {
    interrupt.signal.throwIfAborted();
    const { code, message } = asKeelsonError(thrown);
    return { file, whole: false, code, message };
  }
}
