import { randomUUID } from 'node:crypto';
import { access, open, rename, rm } from 'node:fs/promises';
import { UsageError } from './errors.ts';

/** @throws UsageError when there is a file of this name */
export async function refuseExisting(path: string): Promise<void> {
  try {
    await access(path);
  } catch {
    return;
  }
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
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      for await (const chunk of chunks) await file.writeFile(chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    if (!overwrite) await refuseExisting(path);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new UsageError(`${path} can't be written: ${error.message}.`, {
      cause: error,
      hint: 'Check the path, its permissions and the space on the disk.',
    });
  }
}
