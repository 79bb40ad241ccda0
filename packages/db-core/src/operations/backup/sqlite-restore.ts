import { existsSync } from 'node:fs';
import { rename, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { engineOf } from '../../database/database.ts';
import { settleFile } from '../../engine/sqlite/copy.ts';
import { withLockFile } from '../../engine/sqlite/lock-file.ts';
import { LockTimeoutError } from '../../errors/index.ts';
import { BackupUnknownError, RestoreRefusedError } from './errors.ts';
import { ledgerOf } from './ledger.ts';
import { forgetSecondNames, inWorkFolder, keepAs, nameBeside, prepareFolder, putInPlace } from './folder.ts';
import {
  assertKnownMigrations,
  assertReplaceable,
  openRestored,
  type Restored,
  type RestoreRun,
  settleRestored,
} from './restored.ts';
import { unpackBackup } from './verify.ts';

const WAIT_MS = 30_000;

/** Puts the database of a backup where another one is, or none. */
export async function restoreFile(
  file: string,
  path: string,
  options: RestoreRun,
): Promise<Omit<Restored, 'durationMs'>> {
  if (resolve(file) === resolve(path))
    throw new RestoreRefusedError(`${path} is the database itself.`, { hint: 'Give the file of a backup.' });
  await prepareFolder(dirname(path));
  return await withLockFile(`${path}-lock-restore`, WAIT_MS, () => restoreAlone(file, path, options));
}

async function restoreAlone(file: string, path: string, options: RestoreRun): Promise<Omit<Restored, 'durationMs'>> {
  const { config, signal, onProgress } = options;
  return await inWorkFolder(dirname(path), `restore-${basename(path)}`, async (place) => {
    const restored = join(place, 'restored.db');
    const backup = await unpackBackup(file, restored, { secretKeys: config.secretKeys, signal, onProgress });
    if (backup.engine !== 'sqlite')
      throw new BackupUnknownError('The backup is of a PostgreSQL database, and the place is for a SQLite file.', {
        hint: 'Give the URL of a PostgreSQL database: --url postgresql://….',
      });
    const current = openRestored(options, {});
    let state: Awaited<ReturnType<typeof assertReplaceable>>;
    try {
      state = await assertReplaceable(current, backup, options);
    } finally {
      await current.close();
    }
    const database = openRestored(options, { target: { engine: 'sqlite', path: restored, url: '' } });
    let migrated: readonly string[] = [];
    try {
      await database.connect();
      await assertKnownMigrations(database);
      if (options.dryRun === true)
        return { backup, restored: false, kept: null, migrated: (await database.migrations.status()).pending };
      if (state !== 'nothing' && !options.isDrill) await options.confirm?.(backup);
      const erased = state === 'database' ? await ledgerOf(options) : [];
      migrated = await settleRestored(database, { backup, erased, signal });
      // The last connection that is closed takes the write-ahead log into the file.
      await engineOf(database).exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } finally {
      await database.close();
    }
    signal?.throwIfAborted();
    if (options.isDrill) return { backup, restored: false, kept: null, migrated };
    onProgress?.({ stage: 'swapping' });
    return { backup, restored: true, kept: await swap(path, restored, state), migrated };
  });
}

/** From here on it is not interrupted: there is a database under the name at each moment, the one or the other. */
async function swap(
  path: string,
  restored: string,
  state: 'nothing' | 'database' | 'unreadable',
): Promise<string | null> {
  if (!existsSync(path)) {
    await putInPlace(restored, path);
    return null;
  }
  if (state === 'nothing' && (await stat(path)).size === 0) {
    await putInPlace(restored, path);
    return null;
  }
  await forgetSecondNames(path);
  const kept = nameBeside(path, new Date());
  if (state === 'unreadable') {
    // Whoever looks into what is wrong with it needs all of it.
    for (const ending of ['-wal', '-shm']) if (existsSync(path + ending)) await rename(path + ending, kept + ending);
  } else if (!(await settled(path))) {
    throw new RestoreRefusedError(`Another process has ${path} open.`, {
      hint: 'Stop every program that uses it, and run the command again; --force does not help here.',
    });
  }
  await keepAs(path, kept);
  await putInPlace(restored, path);
  return kept;
}

/** All of it in the one file, and nobody there who would write to it under its new name. */
async function settled(path: string): Promise<boolean> {
  try {
    return await settleFile(path);
  } catch (error) {
    if (error instanceof LockTimeoutError) return false;
    throw error;
  }
}
