import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RestoreRefusedError } from './errors.ts';
import { type BackupFile, describeBackup, listBackups } from './list.ts';
import { isPlainFile } from './plain.ts';

/** Backups in the order in which they are restored: a full one, then what changed, each going on from the one before. */
export type Chain = readonly [base: string, ...increments: readonly string[]];

export interface FindChain {
  /** The last moment that may be in it. Default: all of it. */
  readonly to?: Date | undefined;
  /** Asked of which database, where a folder is given that may have others, too. */
  readonly databaseId?: () => Promise<string | undefined>;
}

export interface FoundChain {
  readonly files: Chain;
  /** As it is in the last of them: all that was committed until then. Null for a plain file, which doesn't say. */
  readonly reached: Date | null;
  /** The next moment that there is a backup of; null where that is the last one. */
  readonly next: Date | null;
}

/**
 * The backups that lead to a moment. A full backup by itself is what it is; with a moment, the last of its increments that
 * isn't later. An increment is restored with what it goes on from, and a folder is searched for the latest backup.
 *
 * @throws RestoreRefusedError when there is no way to that moment, or a backup is missing on it
 */
export async function findChain(place: string, { to, databaseId }: FindChain = {}): Promise<FoundChain> {
  const isFolder = (await stat(place).catch(() => undefined))?.isDirectory() === true;
  if (isFolder) {
    const { items } = await listBackups(place);
    return lead(itemsOf(items, place, await databaseId?.()), to, place);
  }
  if (await isPlainFile(place)) {
    if (to === undefined) return { files: [place], reached: null, next: null };
    throw new RestoreRefusedError(`${place} is a SQLite file: nothing says of which moment it is.`, {
      hint: 'Give a backup, or the folder that backups are in.',
    });
  }
  const given = await describeBackup(place);
  if (given.form === 'backup' && to === undefined) return { files: [place], reached: given.takenAt, next: null };
  const { items } = await listBackups(dirname(place));
  // The one that was named, wherever else there may be copies of it.
  const all = [given, ...items.filter(({ id }) => id !== given.id)];
  if (to === undefined) return { files: wayTo(given, all), reached: given.takenAt, next: null };
  const baseId = given.base ?? given.id;
  return lead(
    all.filter(({ id, base }) => id === baseId || base === baseId),
    to,
    place,
  );
}

function itemsOf(items: readonly BackupFile[], place: string, databaseId: string | undefined): BackupFile[] {
  if (databaseId !== undefined) return items.filter((item) => item.databaseId === databaseId);
  if (new Set(items.map((item) => item.databaseId)).size <= 1) return [...items];
  throw new RestoreRefusedError(`There are backups of several databases in ${place}.`, {
    hint: 'Give the file of one: `keelson backups list` shows them.',
  });
}

function lead(candidates: readonly BackupFile[], to: Date | undefined, place: string): FoundChain {
  const inTime = candidates.filter(({ takenAt }) => to === undefined || takenAt <= to).toSorted(byTime);
  const last = inTime.at(-1);
  if (last === undefined)
    throw new RestoreRefusedError(
      to === undefined
        ? `There is no backup in ${place}.`
        : `There is no backup of ${to.toISOString()} or before in ${place}.`,
      {
        hint:
          candidates.length === 0
            ? '`keelson backups list` shows those that there are.'
            : `The first one is of ${candidates.toSorted(byTime)[0]?.takenAt.toISOString()}.`,
      },
    );
  const next = candidates.toSorted(byTime).find(({ takenAt }) => takenAt > last.takenAt);
  return { files: wayTo(last, candidates), reached: last.takenAt, next: next?.takenAt ?? null };
}

function byTime(a: BackupFile, b: BackupFile): number {
  return a.takenAt.getTime() - b.takenAt.getTime() || (a.id < b.id ? -1 : 1);
}

/** From a full backup to this one. @throws RestoreRefusedError when one is missing */
export function wayTo(last: BackupFile, all: readonly BackupFile[]): Chain {
  const byId = new Map(all.map((item) => [item.id, item]));
  const increments: string[] = [];
  let item = last;
  while (item.parent !== null) {
    increments.unshift(item.file);
    const parent = byId.get(item.parent);
    if (parent === undefined || increments.length > all.length)
      throw new RestoreRefusedError(`${item.file} goes on from a backup that is not there: ${item.parent}.`, {
        hint: `It must be in the same folder. Without it nothing later than that backup can be restored from this chain; an earlier moment can: --to.`,
        details: { file: item.file, missing: item.parent },
      });
    item = parent;
  }
  return [item.file, ...increments];
}
