import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { KeelsonError } from '../../errors/index.ts';
import { BackupReader } from './file.ts';
import { FILE_ENDING } from './format.ts';

/** A file of a backup folder, as its beginning tells. Whether it is whole is shown by verifying it. */
export interface BackupFile {
  readonly file: string;
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
      const reader = await BackupReader.open(file);
      await reader.close();
      const { engine, databaseId, environment, appVersion, keyId, takenAt } = reader.header;
      items.push({
        file,
        bytes: reader.bytes,
        takenAt: new Date(takenAt),
        engine,
        databaseId,
        environment,
        appVersion,
        encrypted: keyId !== null,
      });
    } catch (error) {
      if (!(error instanceof KeelsonError)) throw error;
      unreadable.push(file);
    }
  }
  return { items: items.sort((a, b) => b.takenAt.getTime() - a.takenAt.getTime()), unreadable };
}

export interface PruneBackups {
  /** Only backups of this database are removed. */
  readonly databaseId: string | null;
  /** Milliseconds; older ones go. 0: none. */
  readonly keepMs: number;
  readonly dryRun?: boolean;
}

/** Removes the old backups of a database. The newest one stays, however old it is. Gives those that went. */
export async function pruneBackups(
  folder: string,
  { databaseId, keepMs, dryRun = false }: PruneBackups,
): Promise<readonly BackupFile[]> {
  if (keepMs === 0) return [];
  const { items } = await listBackups(folder);
  const own = items.filter((item) => item.databaseId === databaseId);
  const old = own.slice(1).filter(({ takenAt }) => takenAt.getTime() < Date.now() - keepMs);
  if (!dryRun) for (const { file } of old) await rm(file, { force: true });
  return old;
}
