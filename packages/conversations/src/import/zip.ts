import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { ImportSourceError } from '../errors.ts';
import { chosenFiles } from './folder.ts';
import { boundedUnpacking, sourceError, toBytes } from './source-bytes.ts';

export async function isZip(path: string): Promise<boolean> {
  const file = await open(path).catch((error: unknown) => {
    throw sourceError(error);
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    // The second is an archive without files.
    return bytesRead === 4 && [0x04_03_4b_50, 0x06_05_4b_50].includes(buffer.readUInt32LE(0));
  } catch (error) {
    throw sourceError(error);
  } finally {
    await file.close();
  }
}

/** The files of conversations in an archive, each to be read before the next. Pictures and the like are passed over unread. */
export async function* entriesOf(
  path: string,
): AsyncGenerator<{ readonly name: string; readonly bytes: AsyncGenerator<Uint8Array> }> {
  const archive = await openPromise(path, { lazyEntries: true, autoClose: false }).catch((error: unknown) => {
    throw damaged(error);
  });
  try {
    for (const { name, entry } of chosenFiles(await filesIn(archive)))
      yield { name, bytes: toBytes(readEntry(archive, entry)) };
  } finally {
    archive.close();
  }
}

async function filesIn(archive: ZipFile): Promise<readonly { readonly name: string; readonly entry: Entry }[]> {
  try {
    const files: { readonly name: string; readonly entry: Entry }[] = [];
    for await (const entry of archive.eachEntry())
      if (!entry.fileName.endsWith('/')) files.push({ name: entry.fileName, entry });
    return files;
  } catch (error) {
    throw damaged(error);
  }
}

async function* readEntry(archive: ZipFile, entry: Entry): AsyncGenerator<Uint8Array> {
  const { fileName: name, compressedSize } = entry;
  if (entry.isEncrypted())
    throw new ImportSourceError(`${name} in the archive is encrypted.`, { hint: 'Unpack it first.' });
  const unpacked = await archive.openReadStreamPromise(entry).catch((error: unknown) => {
    throw damaged(error);
  });
  let sum = 0;
  for await (const piece of boundedUnpacking(unpacked as AsyncIterable<Uint8Array>, () => compressedSize)) {
    sum = crc32(piece, sum);
    yield piece;
  }
  if (sum !== entry.crc32) throw damaged(new Error(`${name} is not what was packed`));
}

function damaged(cause: unknown): ImportSourceError {
  const reason = cause instanceof Error ? cause.message.replace(/\.$/u, '') : 'unknown reason';
  return new ImportSourceError(`The archive to import can't be read: ${reason}.`, {
    cause,
    hint: 'Download or pack it again, or unpack it and give the folder.',
  });
}
