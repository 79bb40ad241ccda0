import type { Restored, RestoreOptions, RestoreRun } from './restored.ts';
import { restoreServer } from './postgres-restore.ts';
import { restoreFile } from './sqlite-restore.ts';

/**
 * Replaces a database by what a backup holds. The backup is restored beside it, verified there, brought up to this
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

async function run(file: string, options: RestoreRun): Promise<Restored> {
  const started = performance.now();
  const done =
    options.config.target.engine === 'sqlite'
      ? await restoreFile(file, options.config.target.path, options)
      : await restoreServer(file, options);
  return { ...done, durationMs: Math.round(performance.now() - started) };
}
