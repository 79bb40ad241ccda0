import { KeelsonError } from '../../errors/index.ts';
import { readIdentity } from '../../platform/identity.ts';
import { findChain } from './chain.ts';
import { openRestored, type Restored, type RestoreOptions, type RestoreRun } from './restored.ts';
import { restoreServer } from './postgres-restore.ts';
import { restoreFile } from './sqlite-restore.ts';

/**
 * Replaces a database by what a backup holds: a file, with the increments that it goes on from; or the latest one in a
 * folder; and `to` a moment, the increments that lead there. The backup is restored beside it, verified there, brought up to this
 * program's migrations, and begins a new epoch of the change feed; only then, in one step, does it take the database's
 * place. What was there is kept. Interrupted at any moment it leaves the one or the other, whole.
 *
 * @throws BackupDamagedError, BackupKeyError, BackupUnknownError, NewerSchemaError, MigrationDriftError,
 * RestoreRefusedError, all before anything has changed
 * @example
 * ```ts
 * const { kept } = await restoreBackup('backups/keelson-2026-03-01T02-00-00Z-3f9a1c.keelson', { config: database.config });
 * ```
 */
export function restoreBackup(file: string, options: RestoreOptions): Promise<Restored> {
  return run(file, { ...options, isDrill: false });
}

/**
 * Restores a backup beside the database that it is of, with all that belongs to it, and removes it again. Programs may run
 * meanwhile.
 *
 * @throws as `restoreBackup`
 */
export function drillBackup(
  file: string,
  options: Omit<RestoreOptions, 'dryRun' | 'force' | 'confirm'>,
): Promise<Restored> {
  return run(file, { ...options, force: true, isDrill: true });
}

async function run(place: string, options: RestoreRun): Promise<Restored> {
  const started = performance.now();
  const { target } = options.config;
  const { files, reached, next } = await findChain(place, {
    to: options.to,
    databaseId: () => databaseIdOf(options),
  });
  const done =
    target.engine === 'sqlite' ? await restoreFile(files, target.path, options) : await restoreServer(files, options);
  return { ...done, increments: files.length - 1, reached, next, durationMs: Math.round(performance.now() - started) };
}

/** In a folder with backups of several databases those of the one that is replaced are meant, if it can be asked. */
async function databaseIdOf(options: RestoreRun): Promise<string | undefined> {
  await using database = openRestored(options, {});
  try {
    await database.connect();
    return (await readIdentity(database))?.id;
  } catch (error) {
    if (error instanceof KeelsonError) return undefined;
    throw error;
  }
}
