import { open } from 'node:fs/promises';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { type ErasureCertificate, Erasures, readIdentity } from '@keelson/db-core';
import { confirmDestruction } from '../confirm.ts';
import type { Context } from '../context.ts';
import { placeOf, useDatabase } from '../database.ts';
import { UsageError } from '../errors.ts';
import { plural, time } from '../figures.ts';
import { document, examples } from '../help.ts';
import { JobProgress } from '../job-progress.ts';

export function addErase(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('erase')
    .description('erase a user or an organisation for good, with everything that is theirs')
    .argument('<USER>', 'the id that owns the rows')
    .option('--dry-run', 'count what would be erased, and change nothing')
    .option('--yes', 'do it without asking')
    .option('--confirm <NAME>', "the database's name; needed in production")
    .option('--certificate <FILE>', 'write the certificate into a new file, too')
    .option('--no-rewrite', 'do not write the file (SQLite) or the tables (PostgreSQL) anew, which makes others wait')
    .addHelpText(
      'after',
      examples('keelson erase ada --dry-run', 'keelson erase ada --certificate ada.json', 'keelson erase ada --yes'),
    )
    .addHelpText(
      'after',
      document(
        '{"engine","database","dryRun","rows":{"conversations":3…},"certificate":{"format","erasure","rows":{"conversations":{"deleted","pseudonymised"}…},"storage":[…],"backups":[{"file","takenAt","keptUntil":null|…,"isThere"}…],"consumers":[{"name","isCurrent"}…],"unreached":[…]…}|null}',
      ),
    )
    .addHelpText(
      'after',
      '\nInterrupted, it goes on when it is run again. In the audit and the change log a pseudonym takes the place of the id.\nThe certificate says what is beyond reach, such as older backups.\n',
    )
    .action((user, { dryRun = false, yes = false, confirm, certificate: file, rewrite }) =>
      useDatabase(context, { create: false }, async (database) => {
        const { config, output } = context;
        const erasures = new Erasures(database);
        const rows = await erasures.preview(user);
        const place = { ...placeOf(config.database), dryRun, rows };
        if (dryRun) {
          output.result({ ...place, certificate: null }, () => output.list(rows));
          return;
        }
        const count = Object.values(rows).reduce((sum, each) => sum + each, 0);
        const what = `This erases ${user} from ${place.database} for good: ${plural(count, 'row')} of ${plural(Object.keys(rows).length, 'table')}.`;
        await confirmDestruction(context, { what, yes, name: confirm, identity: await readIdentity(database) });
        const keep = file === undefined ? undefined : await newFile(file);
        const progress = new JobProgress();
        const certificate = await erasures
          .eraseOwner(user, {
            rewrite,
            signal: context.interrupt.signal,
            onProgress: ({ table, done, total }) =>
              progress.show({ status: 'running', progress: Math.floor((100 * done) / total), stage: table }),
          })
          .finally(() => progress.end());
        await keep?.(`${JSON.stringify(certificate, undefined, 2)}\n`);
        output.result({ ...place, certificate }, () => show(context, certificate));
      }),
    );
}

/** Made before anything is erased, so that nothing is erased without the certificate that was asked for. */
async function newFile(path: string): Promise<(text: string) => Promise<void>> {
  try {
    const file = await open(path, 'wx', 0o600);
    return async (text) => {
      await file.writeFile(text);
      await file.close();
    };
  } catch (cause) {
    throw new UsageError(`${path} can't be made: ${cause instanceof Error ? cause.message : String(cause)}.`, {
      cause,
      hint: 'Name a file that is not there yet, in a folder that can be written.',
    });
  }
}

function show({ output }: Context, { erasure, rows, storage, backups, unreached }: ErasureCertificate): void {
  const counts = Object.entries(rows).map(([name, { deleted, pseudonymised }]) => [name, deleted, pseudonymised]);
  if (counts.length > 0) output.table(['table', 'deleted', 'kept under a pseudonym'], counts);
  for (const line of storage) output.line(line);
  if (backups.length > 0) {
    output.line('\nBackups that hold it; what is restored from them is erased again:');
    output.table(
      ['file', 'made', 'kept until'],
      backups.map(({ file, takenAt, keptUntil }) => [
        file,
        time(takenAt),
        keptUntil === null ? 'it is removed by hand' : time(keptUntil),
      ]),
    );
  }
  output.line('\nWhat may still hold something of it:');
  for (const line of unreached) output.line(`- ${line}`);
  output.line(`\nErasure ${erasure}.`);
}
