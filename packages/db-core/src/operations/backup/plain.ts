import { open } from 'node:fs/promises';
import { BackupUnknownError } from './errors.ts';

const SQLITE_MAGIC = 'SQLite format 3\0';

/** Is it a file that any SQLite program opens? */
export async function isPlainFile(path: string): Promise<boolean> {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return false;
  try {
    if ((await file.stat()).isDirectory()) throw new BackupUnknownError(`${path} is a folder.`);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SQLITE_MAGIC.length), 0, SQLITE_MAGIC.length, 0);
    return buffer.subarray(0, bytesRead).toString('latin1') === SQLITE_MAGIC;
  } finally {
    await file.close();
  }
}
