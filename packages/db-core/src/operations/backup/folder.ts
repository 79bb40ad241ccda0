import { existsSync } from 'node:fs';
import { chmod, link, mkdir, mkdtemp, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { asKeelsonError, DiskFullError, KeelsonError, UnwritableDatabaseError } from '../../errors/index.ts';

/** Nobody else on the machine reads what is in it. */
export async function prepareFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new UnwritableDatabaseError(`The folder ${folder} can't be made.`, { cause });
  }
}

const WORK = '.keelson-work-';

/**
 * Does work that leaves nothing behind in a folder of its own, beside where its result goes. What earlier work of the same
 * name left when it was killed is removed; whoever calls makes sure that only one is at it.
 */
export async function inWorkFolder<T>(parent: string, name: string, work: (folder: string) => Promise<T>): Promise<T> {
  await prepareFolder(parent);
  const prefix = `${WORK}${name}-`;
  for (const entry of await readdir(parent)) {
    if (entry.startsWith(prefix)) await rm(join(parent, entry), { recursive: true, force: true });
  }
  let folder: string;
  try {
    folder = await mkdtemp(join(parent, prefix));
  } catch (cause) {
    throw fileError(cause, parent);
  }
  try {
    return await work(folder);
  } catch (error) {
    throw fileError(error, parent);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Puts a finished file where it belongs, in one step, and makes sure that it stays there. */
export async function putInPlace(from: string, to: string): Promise<void> {
  await chmod(from, 0o600);
  await sync(from);
  await rename(from, to);
  await syncFolder(dirname(to));
}

/** Gives a file a second name; what its name meant until then stays reachable under that one. */
export async function keepAs(path: string, other: string): Promise<void> {
  await link(path, other);
  await syncFolder(dirname(other));
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folders.
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/** `2026-03-01T12-34-56Z`: a time that any file system takes as a name. */
export function timeInName(date: Date): string {
  return `${date.toISOString().slice(0, 19).replaceAll(':', '-')}Z`;
}

/** A restore that was killed between its last two steps left the database a second name, which means nothing yet. */
export async function forgetSecondNames(path: string): Promise<void> {
  const { ino } = await stat(path);
  const folder = dirname(path);
  for (const entry of await readdir(folder)) {
    if (!entry.startsWith(`${basename(path)}${BEFORE}`)) continue;
    const other = join(folder, entry);
    if ((await stat(other)).ino === ino) await rm(other);
  }
}

const BEFORE = '.before-';

/** A path beside another that is free: `name.before-2026-03-01T12-34-56Z`. */
export function nameBeside(path: string, at: Date): string {
  const wanted = join(dirname(path), `${basename(path)}${BEFORE}${timeInName(at)}`);
  for (let number = 0; ; number += 1) {
    const name = number === 0 ? wanted : `${wanted}-${number}`;
    if (!existsSync(name)) return name;
  }
}

function fileError(error: unknown, place: string): unknown {
  if (error instanceof KeelsonError || !(error instanceof Error) || !('code' in error)) return error;
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT')
    return new DiskFullError(`There is no space left in ${place}.`, { cause: error });
  if (error.code === 'EACCES' || error.code === 'EPERM' || error.code === 'EROFS')
    return new UnwritableDatabaseError(`${place} can't be written.`, { cause: error });
  return error.name === 'AbortError' ? error : asKeelsonError(error);
}
