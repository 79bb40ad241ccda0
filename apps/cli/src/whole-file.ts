import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import process from 'node:process';
import { UsageError } from './errors.ts';

/**
 * A device, a pipe or a folder is never replaced.
 *
 * @throws UsageError where something else than a file is, or a file that isn't to be replaced
 */
export async function assertPlace(path: string, { overwrite }: { readonly overwrite: boolean }): Promise<void> {
  // An empty path is the folder that the command runs in.
  const found = await stat(resolve(path)).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isFile())
    throw new UsageError(`"${path}" is no file.`, {
      hint: 'Give the name of a file. Without one the result goes to stdout, and from there into any pipe.',
    });
  if (!overwrite)
    throw new UsageError(`${path} is there already.`, { hint: 'Give another name, or --overwrite to replace it.' });
}

/**
 * Writes under another name until all is on the disk, so that a file of this name is never half of one. What was begun is
 * removed when it fails.
 */
export async function writeFileWhole(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  { overwrite }: { readonly overwrite: boolean },
): Promise<void> {
  const draft = `${path}.${randomUUID().slice(0, 8)}.part`;
  // Ctrl-C ends the process wherever this is.
  const removeNow = (): void => rmSync(draft, { force: true });
  process.once('exit', removeNow);
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      for await (const chunk of chunks) await file.writeFile(chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    await assertPlace(path, { overwrite });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new UsageError(`${path} can't be written: ${error.message}.`, {
      cause: error,
      hint: 'Check the path, its permissions and the space on the disk.',
    });
  } finally {
    process.off('exit', removeNow);
  }
}
