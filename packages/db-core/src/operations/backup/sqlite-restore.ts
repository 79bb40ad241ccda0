import { existsSync } from 'node:fs';
import { rename, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { engineOf } from '../../database/database.ts';
import { isOfVectorIndex } from '../../care/vector-index.ts';
import { bringIn } from '../../engine/sqlite/bring-in.ts';
import { settleFile } from '../../engine/sqlite/copy.ts';
import { withLockFile } from '../../engine/sqlite/lock-file.ts';
import { LockTimeoutError } from '../../errors/index.ts';
import type { Chain } from './chain.ts';
import { BackupUnknownError, RestoreRefusedError } from './errors.ts';
import type { TableSum } from './format.ts';
import { ledgerOf } from './ledger.ts';
import { forgetSecondNames, inWorkFolder, keepAs, nameBeside, prepareFolder, putInPlace } from './folder.ts';
import { CHANGES_TABLE, partLength, PARTS_TABLE } from './parts.ts';
import {
  assertKnownMigrations,
  assertReplaceable,
  openRestored,
  type Done,
  type RestoreRun,
  settleRestored,
} from './restored.ts';
import { assertSound, sumsOfFile } from './sqlite-backup.ts';
import { ChainSums, namesOf, type UnpackedChain, unpackChain } from './unpack-chain.ts';

const WAIT_MS = 30_000;

/** Puts the database of a backup where another one is, or none. */
export async function restoreFile(chain: Chain, path: string, options: RestoreRun): Promise<Done> {
  if (chain.some((file) => resolve(file) === resolve(path)))
    throw new RestoreRefusedError(`${path} is the database itself.`, { hint: 'Give the file of a backup.' });
  await prepareFolder(dirname(path));
  return await withLockFile(`${path}-lock-restore`, WAIT_MS, () => restoreAlone(chain, path, options));
}

async function restoreAlone(chain: Chain, path: string, options: RestoreRun): Promise<Done> {
  const { config, signal, onProgress } = options;
  return await inWorkFolder(dirname(path), `restore-${basename(path)}`, async (place) => {
    const restored = join(place, 'restored.db');
    const unpacked = await unpackChain(chain, place, restored, { secretKeys: config.secretKeys, signal, onProgress });
    let { backup } = unpacked;
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
    if (unpacked.increments.length > 0) backup = { ...backup, tables: await bringInFiles(unpacked, restored, options) };
    const database = openRestored(options, { target: { engine: 'sqlite', path: restored, url: '' } });
    let migrated: readonly string[] = [];
    try {
      await database.connect();
      await assertKnownMigrations(database);
      if (options.dryRun === true)
        return { backup, restored: false, kept: null, migrated: (await database.migrations.status()).pending };
      if (state !== 'nothing' && !options.isDrill) await options.confirm?.(backup);
      const erased = state === 'database' ? await ledgerOf(options) : [];
      const since = unpacked.base.takenAt;
      migrated = await settleRestored(database, { backup, erased, signal, since });
      // Only the one file is put in place.
      if (!(await engineOf(database).emptyLog())) throw new RestoreRefusedError(`Somebody reads ${restored}.`);
    } finally {
      await database.close();
    }
    signal?.throwIfAborted();
    if (options.isDrill) return { backup, restored: false, kept: null, migrated };
    onProgress?.({ stage: 'swapping' });
    return { backup, restored: true, kept: await swap(path, restored, state), migrated };
  });
}

/** Brings what has changed since into the restored file, and looks at all of it. Gives what its tables hold then. */
async function bringInFiles(
  chain: UnpackedChain,
  path: string,
  { signal, onProgress }: RestoreRun,
): Promise<readonly TableSum[]> {
  const ledger = new ChainSums(chain);
  const files = chain.increments.map((increment, index) => ({
    path: chain.files[index] ?? '',
    hasPseudonyms: increment.erased.length > 0,
    namesOf: (owners: Iterable<string>) => namesOf(increment, owners),
  }));
  await bringIn({
    path,
    files,
    changesTable: CHANGES_TABLE,
    partsTable: PARTS_TABLE,
    lengthOf: partLength,
    // What is searched is marked, for the index to be brought up to date.
    keepsTrigger: (name) => name.includes('_search_') || isOfVectorIndex(name),
    onRemoved: (table, row) => ledger.sums.remove(table, row),
    onAdded: (table, row) => ledger.sums.add(table, row),
    onFile: (index) => onProgress?.({ stage: 'loading', portion: index / files.length }),
    signal,
  });
  onProgress?.({ stage: 'verifying' });
  await assertSound(path, signal);
  const found = await sumsOfFile(path, signal);
  ledger.assertReached(found);
  return found;
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
