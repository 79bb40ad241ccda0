import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw } from 'node:zlib';
import { ImportSourceError } from '../errors.ts';
import { chosenFiles } from './folder.ts';
import { boundedUnpacking, sourceError, toBytes } from './source-bytes.ts';

/** A file in an archive (ZIP, APPNOTE 6.3), as the archive's directory has it. */
interface Entry {
  readonly name: string;
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  readonly offset: number;
}

const STORED = 0;
const DEFLATED = 8;
/** The largest directory that is read; a million files have less. */
const MAX_DIRECTORY = 256 * 1024 * 1024;
/** The end record has 22 bytes and a comment of at most 65,535. */
const END_SIZE = 22;
const MAX_END = END_SIZE + 0xffff;
const LOCATOR_SIZE = 20;

export async function isZip(path: string): Promise<boolean> {
  const file = await opened(path);
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
  const file = await opened(path);
  try {
    for (const entry of chosenFiles(await readDirectory(file)))
      yield { name: entry.name, bytes: toBytes(readEntry(file, entry)) };
  } catch (error) {
    throw error instanceof RangeError ? damaged('its directory is broken') : error;
  } finally {
    await file.close();
  }
}

async function opened(path: string): Promise<FileHandle> {
  return open(path).catch((error: unknown) => {
    throw sourceError(error);
  });
}

async function readDirectory(file: FileHandle): Promise<readonly Entry[]> {
  const { size } = await file.stat();
  const tail = await readAt(file, Math.max(0, size - MAX_END), Math.min(size, MAX_END));
  const at = tail.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (at < 0 || at + END_SIZE > tail.length) throw damaged('it has no end, so that something of it is missing');
  const end = {
    count: tail.readUInt16LE(at + 10),
    size: tail.readUInt32LE(at + 12),
    offset: tail.readUInt32LE(at + 16),
  };
  const isLarge = end.count === 0xffff || end.size === 0xffff_ffff || end.offset === 0xffff_ffff;
  const place = isLarge ? await largeEnd(file, tail, at) : end;
  if (place.size > MAX_DIRECTORY) throw damaged('its directory is too large');
  return entriesIn(await readAt(file, place.offset, place.size), place.count);
}

/** Archives over 4 GB, or of many files, say where their directory is in a record of its own. */
async function largeEnd(
  file: FileHandle,
  tail: Buffer,
  at: number,
): Promise<{ count: number; size: number; offset: number }> {
  const locator = at - LOCATOR_SIZE;
  if (locator < 0 || tail.readUInt32LE(locator) !== 0x07_06_4b_50) throw damaged('its directory is broken');
  const record = await readAt(file, numberAt(tail, locator + 8), 56);
  if (record.readUInt32LE(0) !== 0x06_06_4b_50) throw damaged('its directory is broken');
  return { count: numberAt(record, 32), size: numberAt(record, 40), offset: numberAt(record, 48) };
}

function entriesIn(directory: Buffer, count: number): Entry[] {
  const entries: Entry[] = [];
  let at = 0;
  while (entries.length < count) {
    if (directory.readUInt32LE(at) !== 0x02_01_4b_50) throw damaged('its directory is broken');
    const nameEnd = at + 46 + directory.readUInt16LE(at + 28);
    const extraEnd = nameEnd + directory.readUInt16LE(at + 30);
    const sizes = sizesOf(directory, { at, extra: directory.subarray(nameEnd, extraEnd) });
    entries.push({
      name: directory.toString('utf8', at + 46, nameEnd),
      isEncrypted: (directory.readUInt16LE(at + 8) & 1) === 1,
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
      ...sizes,
    });
    at = extraEnd + directory.readUInt16LE(at + 32);
  }
  return entries.filter(({ name }) => !name.endsWith('/'));
}

/** What has no room in its field stands among the extra ones, in this order. */
function sizesOf(
  directory: Buffer,
  { at, extra }: { at: number; extra: Buffer },
): Pick<Entry, 'size' | 'packedSize' | 'offset'> {
  const large = largeNumbers(extra);
  const read = (place: number): number => {
    const value = directory.readUInt32LE(place);
    return value === 0xffff_ffff ? (large.shift() ?? value) : value;
  };
  const size = read(at + 24);
  const packedSize = read(at + 20);
  return { size, packedSize, offset: read(at + 42) };
}

function largeNumbers(extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length;) {
    const length = extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) === 1)
      return Array.from({ length: Math.min(3, Math.floor(length / 8)) }, (_, index) =>
        numberAt(extra, at + 4 + 8 * index),
      );
    at += 4 + length;
  }
  return [];
}

async function* readEntry(file: FileHandle, entry: Entry): AsyncGenerator<Uint8Array> {
  const { name, method, isEncrypted, offset, packedSize } = entry;
  if (isEncrypted) throw new ImportSourceError(`${name} in the archive is encrypted.`, { hint: 'Unpack it first.' });
  if (method !== STORED && method !== DEFLATED)
    throw new ImportSourceError(`${name} in the archive is packed in a way that is not known here.`, {
      hint: 'Unpack it first.',
    });
  const head = await readAt(file, offset, 30);
  if (head.readUInt32LE(0) !== 0x04_03_4b_50) throw damaged(`${name} is not where it should be`);
  const start = offset + 30 + head.readUInt16LE(26) + head.readUInt16LE(28);
  const packed = piecesOf(file, start, packedSize);
  yield* checked(entry, method === STORED ? packed : boundedUnpacking(inflated(packed), () => packedSize));
}

async function* piecesOf(file: FileHandle, start: number, length: number): AsyncGenerator<Uint8Array> {
  const most = 256 * 1024;
  for (let done = 0; done < length; done += most) yield await readAt(file, start + done, Math.min(most, length - done));
}

function inflated(packed: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const inflate = createInflateRaw();
  // What goes wrong is told to whoever reads.
  void pipeline(Readable.from(packed), inflate).catch(() => {});
  return inflate as AsyncIterable<Uint8Array>;
}

async function* checked({ name, size, crc }: Entry, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let sum = 0;
  let length = 0;
  for await (const piece of bytes) {
    sum = crc32(piece, sum);
    length += piece.length;
    yield piece;
  }
  if (length !== size || sum !== crc) throw damaged(`${name} is not what was packed`);
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  if (bytesRead < length) throw damaged('something of it is missing');
  return buffer;
}

function numberAt(buffer: Buffer, at: number): number {
  return Number(buffer.readBigUInt64LE(at));
}

function damaged(reason: string): ImportSourceError {
  return new ImportSourceError(`The archive to import is damaged: ${reason}.`, { hint: 'Download or pack it again.' });
}
