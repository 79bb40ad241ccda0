import type { Database } from '../../database/database.ts';
import { asKeelsonError, MigrationLockedError } from '../../errors/index.ts';
import { type Backup, backupDatabase, type BackupOptions } from './backup.ts';
import { BackupHistory } from './history.ts';
import { backupIncrement, type IncrementOptions, NoIncrement } from './increment.ts';
import { drillBackup } from './restore.ts';
import { verifyBackup } from './verify.ts';

/**
 * Makes a backup, reads it back, and enters it in the database's history, also where it failed. A database whose migrations
 * are pending has no history to enter it in.
 */
export function takeBackup(database: Database, options: BackupOptions = {}): Promise<Backup> {
  return checked(database, options, () => backupDatabase(database, options));
}

/** What was made where an increment was asked for. */
export interface TakenIncrement extends Backup {
  /** Why it is a full backup; null where it is an increment. */
  readonly whyFull: string | null;
}

/**
 * As {@link takeBackup}, of what has changed since the last backup in the folder; where nothing can be gone on from there a
 * full one is made, and it is said why.
 *
 * @example
 * ```ts
 * const { file, form, whyFull } = await takeIncrement(database);
 * ```
 */
export async function takeIncrement(database: Database, options: IncrementOptions = {}): Promise<TakenIncrement> {
  let whyFull: string | null = null;
  const backup = await checked(database, options, async () => {
    const made = await backupIncrement(database, options);
    if (!(made instanceof NoIncrement)) return made;
    whyFull = made.why;
    return await backupDatabase(database, options);
  });
  return { ...backup, whyFull };
}

async function checked(
  database: Database,
  { signal, onProgress }: IncrementOptions,
  make: () => Promise<Backup>,
): Promise<Backup> {
  const startedAt = new Date();
  try {
    const backup = await make();
    await verifyBackup(backup.file, { secretKeys: database.config.secretKeys, signal, onProgress });
    const { file, base, bytes, contentBytes, rows, encrypted, takenAt } = backup;
    await enter(database, {
      kind: 'backup',
      result: 'whole',
      error: null,
      file,
      baseFile: base,
      bytes,
      contentBytes,
      rows,
      encrypted,
      startedAt: takenAt,
      ...ended(startedAt),
    });
    return backup;
  } catch (error) {
    // Whoever stops it knows; and the first error is the one to tell.
    // Nor is it a failure that somebody else is making one.
    if (signal?.aborted !== true && !(error instanceof MigrationLockedError))
      await enter(database, {
        ...failure('backup', null, error),
        startedAt,
        ...ended(startedAt),
        verifiedAt: null,
      }).catch(() => undefined);
    throw error;
  }
}

/** Restores a backup to a place of its own, and removes it again; what came of it is entered in the history. */
export async function drillAndEnter(database: Database, file: string, signal?: AbortSignal): Promise<number> {
  const startedAt = new Date();
  try {
    const { backup } = await drillBackup(file, {
      config: database.config,
      ...(signal === undefined ? {} : { signal }),
    });
    const { bytes, contentBytes, encrypted, tables } = backup;
    const rows = tables.reduce((sum, table) => sum + table.rows, 0);
    await enter(database, {
      kind: 'drill',
      result: 'whole',
      error: null,
      file,
      baseFile: null,
      bytes,
      contentBytes,
      rows,
      encrypted,
      startedAt,
      ...ended(startedAt),
    });
    return rows;
  } catch (error) {
    if (signal?.aborted !== true)
      await enter(database, {
        ...failure('drill', file, error),
        startedAt,
        ...ended(startedAt),
        verifiedAt: null,
      }).catch(() => undefined);
    throw error;
  }
}

type Entry = Parameters<BackupHistory['add']>[0];

async function enter(database: Database, entry: Entry): Promise<void> {
  const { pending, newer, drifted } = await database.migrations.status();
  if (pending.length + newer.length + drifted.length === 0) await new BackupHistory(database).add(entry);
}

function ended(startedAt: Date): Pick<Entry, 'durationMs' | 'verifiedAt'> {
  const now = new Date();
  return { durationMs: Math.max(0, now.getTime() - startedAt.getTime()), verifiedAt: now };
}

function failure(
  kind: Entry['kind'],
  file: string | null,
  error: unknown,
): Omit<Entry, 'startedAt' | 'durationMs' | 'verifiedAt'> {
  const { code, message } = asKeelsonError(error);
  const nothing = { baseFile: null, bytes: null, contentBytes: null, rows: null, encrypted: null };
  return { kind, file, result: 'failed', error: `${code}: ${message}`, ...nothing };
}
