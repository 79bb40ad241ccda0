import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { KeelsonError } from '../../errors/index.ts';
import { BackupReader } from './file.ts';
import { FILE_ENDING, INCREMENT_FORMAT } from './format.ts';

/** A file of a backup folder, as its beginning tells. Whether it is whole is shown by verifying it. */
export interface BackupFile {
  readonly file: string;
  /** Identifies the backup, whatever its file is called. */
  readonly id: string;
  /** An increment holds what changed since its parent. */
  readonly form: 'backup' | 'increment';
  /** Of an increment: the id of the backup that it goes on from, and of the full one that its chain begins with. */
  readonly parent: string | null;
  readonly base: string | null;
  readonly bytes: number;
  readonly takenAt: Date;
  readonly engine: 'sqlite' | 'postgres';
  readonly databaseId: string | null;
  readonly environment: string | null;
  readonly appVersion: string;
  readonly encrypted: boolean;
}

/** The backups in a folder, newest first. What can't be read is left out of them and told of. */
export async function listBackups(
  folder: string,
): Promise<{ readonly items: readonly BackupFile[]; readonly unreadable: readonly string[] }> {
  const names = await readdir(folder).catch(() => []);
  const items: BackupFile[] = [];
  const unreadable: string[] = [];
  for (const name of names.filter((each) => each.endsWith(FILE_ENDING))) {
    const file = join(folder, name);
    try {
      items.push(await describeBackup(file));
    } catch (error) {
      if (!(error instanceof KeelsonError)) throw error;
      unreadable.push(file);
    }
  }
  return { items: items.sort(newestFirst), unreadable };
}

/** What its beginning tells. @throws BackupDamagedError, BackupUnknownError, DatabaseNotFoundError */
export async function describeBackup(file: string): Promise<BackupFile> {
  const reader = await BackupReader.open(file);
  await reader.close();
  const { header, bytes } = reader;
  const { id, engine, databaseId, environment, appVersion, keyId, takenAt } = header;
  const increment = header.format === INCREMENT_FORMAT ? header : undefined;
  return {
    file,
    id,
    form: increment === undefined ? 'backup' : 'increment',
    parent: increment?.parent.id ?? null,
    base: increment?.base.id ?? null,
    bytes,
    takenAt: new Date(takenAt),
    engine,
    databaseId,
    environment,
    appVersion,
    encrypted: keyId !== null,
  };
}

/** Ids are in the order of time, too. */
function newestFirst(a: BackupFile, b: BackupFile): number {
  return b.takenAt.getTime() - a.takenAt.getTime() || (a.id < b.id ? 1 : -1);
}

export interface PruneBackups {
  /** Only backups of this database are removed. */
  readonly databaseId: string | null;
  /** Milliseconds; older ones go. 0: none. */
  readonly keepMs: number;
  readonly dryRun?: boolean;
}

/**
 * Removes the old backups of a database. The newest one stays, however old it is, and so does whatever a backup that stays
 * goes on from. Gives those that went.
 */
export async function pruneBackups(
  folder: string,
  { databaseId, keepMs, dryRun = false }: PruneBackups,
): Promise<readonly BackupFile[]> {
  if (keepMs === 0) return [];
  const { items } = await listBackups(folder);
  const own = items.filter((item) => item.databaseId === databaseId);
  const oldest = Date.now() - keepMs;
  const kept = new Set<string | null>();
  const old: BackupFile[] = [];
  // Parents come after what goes on from them.
  for (const [index, item] of own.entries()) {
    if (index > 0 && item.takenAt.getTime() < oldest && !kept.has(item.id)) old.push(item);
    else kept.add(item.parent);
  }
  if (!dryRun) for (const { file } of old) await rm(file, { force: true });
  return old;
}
