import { resolve } from 'node:path';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { takeBackup, takeIncrement } from '@keelson/db-core';
import { BackupLine } from '../backup-progress.ts';
import type { Context } from '../context.ts';
import { placeOf, useDatabase } from '../database.ts';
import { UsageError } from '../errors.ts';
import { bytes, plural } from '../figures.ts';
import { document, examples } from '../help.ts';

export function addBackup(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('backup')
    .description('make a backup while the database is in use, and read it back')
    .option('--backup-path <PATH>', 'a folder, or a file that ends in .keelson or .db (default: BACKUP_FOLDER)')
    .option(
      '--incremental',
      'only what has changed since the last backup in the folder; a full one where nothing can be gone on from',
    )
    .option('--encrypt', 'fail where there is no KEELSON_SECRET_KEY; where there is one, backups are always encrypted')
    .addHelpText(
      'after',
      examples(
        'keelson backup',
        'keelson backup --incremental',
        'keelson backup --backup-path /mnt/backups --encrypt',
        'keelson backup --backup-path copy.db',
      ),
    )
    .addHelpText(
      'after',
      document(
        '{"engine","database","file","form":"backup|increment|plain","base":null|"file","whyFull":null|"reason","encrypted","takenAt","bytes","contentBytes","tables","rows","durationMs","verified":true}',
      ),
    )
    .addHelpText(
      'after',
      '\nA path that ends in .db gives a plain SQLite file, which is not encrypted. Whatever interrupts it, a file that is there is\nwhole; `keelson restore` takes both. An increment needs the backups before it, in the same folder, from the full one on.\n',
    )
    .action(async ({ backupPath, encrypt, incremental = false }) => {
      const { output, config, interrupt } = context;
      const where = backupPath === undefined ? {} : placed(resolve(config.home, backupPath));
      if (incremental && 'path' in where)
        throw new UsageError('An increment goes into the folder of the backups that it goes on from.', {
          hint: 'Give --backup-path a folder, or leave it out.',
        });
      const line = new BackupLine();
      const { signal } = interrupt;
      let working: Promise<unknown> = Promise.resolve();
      try {
        await useDatabase(context, { create: false }, async (database) => {
          const options = {
            ...where,
            ...(encrypt === undefined ? {} : { encrypt }),
            signal,
            onProgress: line.show,
          };
          const work = incremental
            ? takeIncrement(database, options)
            : takeBackup(database, options).then((backup) => ({ ...backup, whyFull: null }));
          working = work;
          const backup = await work;
          line.end();
          if (backup.whyFull !== null) output.warn(`A full backup was made: ${backup.whyFull}`);
          output.result({ ...placeOf(config.database), ...backup, verified: true }, () =>
            output.line(
              `${backup.file}: ${backup.form === 'increment' ? 'what has changed, ' : ''}${plural(backup.rows, 'row')} in ${plural(backup.tables, 'table')}, ${bytes(backup.bytes)}${backup.encrypted ? ', encrypted' : ''}, in ${(backup.durationMs / 1000).toFixed(1)} s`,
            ),
          );
        });
      } finally {
        line.end();
        // After Ctrl-C it is still clearing away what it had begun.
        await working.catch(() => undefined);
      }
    });
}

function placed(path: string): { readonly path: string } | { readonly folder: string } {
  return /\.(?:db|keelson)$/.test(path) ? { path } : { folder: path };
}
