import { open, stat } from 'node:fs/promises';
import { copyFile, describeFile, faultsOfFile, readFileTables } from '../../engine/sqlite/copy.ts';
import { BackupDamagedError, BackupFailedError, BackupUnknownError } from './errors.ts';
import type { BackupWriter } from './file.ts';
import { BLOCKS, type TableSum } from './format.ts';
import { TableSums } from './sums.ts';

const CHUNK_BYTES = 1_048_576;

/** Copies the database as it is at one moment, and refuses a copy that isn't sound. */
export async function soundCopy(source: string, target: string, signal?: AbortSignal): Promise<void> {
  await copyFile(source, target, signal);
  const faults = await faultsOfFile(target, signal);
  if (faults.length === 0) return;
  throw new BackupFailedError(`The database is damaged, and so would be its backup: ${faults.join('; ')}.`, {
    hint: 'Earlier backups are as they were. `keelson backups list` shows them; `keelson restore FILE` takes one.',
    details: { faults },
  });
}

export async function sumsOfFile(path: string, signal?: AbortSignal): Promise<readonly TableSum[]> {
  const sums = new TableSums();
  await readFileTables(path, {
    onTable: (table) => sums.enter(table),
    onRow: (table, row) => sums.add(table, row),
    signal,
  });
  return sums.result();
}

/** Writes a file's bytes. Gives how many. */
export async function writeFile(
  path: string,
  writer: BackupWriter,
  { onPortion, signal }: { readonly onPortion: (portion: number) => void; readonly signal?: AbortSignal | undefined },
): Promise<number> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const buffer = Buffer.alloc(CHUNK_BYTES);
    for (let at = 0; at < size;) {
      signal?.throwIfAborted();
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, at);
      if (bytesRead === 0) break;
      await writer.write(BLOCKS.file, buffer.subarray(0, bytesRead));
      at += bytesRead;
      onPortion(at / size);
    }
    return size;
  } finally {
    await file.close();
  }
}

/** What a file that is to be restored says of itself. @throws BackupDamagedError, BackupUnknownError */
export async function assertSound(
  path: string,
  signal?: AbortSignal,
): Promise<NonNullable<ReturnType<typeof describeFile>>> {
  const { size } = await stat(path);
  const faults = size === 0 ? ['it is empty'] : await faultsOfFile(path, signal);
  if (faults.length > 0)
    throw new BackupDamagedError(`The database in the backup is damaged: ${faults.join('; ')}.`, {
      details: { faults },
    });
  const description = describeFile(path);
  if (description !== undefined) return description;
  throw new BackupUnknownError("The database is another program's: it has none of Keelson's migrations.");
}
