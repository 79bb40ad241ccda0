import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { ImportFormatError } from '../errors.ts';
import { filesOf } from './folder.ts';
import { gunzipped, isGzip } from './gzip.ts';
import { sourceError, toBytes } from './source-bytes.ts';
import { entriesOf, isZip } from './zip.ts';

/**
 * The path of a file, of a ZIP archive or of a folder with an export's files; or a file's bytes or text in pieces. Files and
 * streams may be compressed with gzip.
 */
export type ImportSource = string | AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;

/**
 * What holds a file's elements, told by how it begins: a list, a list within `{"items": […]}` as Keelson's own exports have
 * it, one value a line, or one value that goes over many lines.
 */
export type Container = 'array' | 'wrapped-array' | 'lines' | 'document';

export interface OpenedSource {
  /** Its name, where there may be several files. */
  readonly file?: string;
  readonly container: Container;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/**
 * Begins to read: one file, or one after the other of a folder or an archive.
 *
 * @throws ImportSourceError when a file can't be read, or an archive is damaged
 * @throws ImportFormatError when it is empty, or an archive that comes as a stream
 */
export async function* openSources(source: ImportSource): AsyncGenerator<OpenedSource> {
  if (typeof source !== 'string') {
    yield await openStream(toBytes(source));
    return;
  }
  const found = await stat(source).catch((error: unknown) => {
    throw sourceError(error);
  });
  if (found.isDirectory()) {
    for (const { name, path } of await filesOf(source))
      yield { file: name, ...(await openStream(bytesOf(path), name)) };
  } else if (found.isFile() && (await isZip(source))) {
    for await (const { name, bytes } of entriesOf(source)) yield { file: name, ...(await openStream(bytes, name)) };
  } else yield await openStream(bytesOf(source));
}

function bytesOf(path: string): AsyncGenerator<Uint8Array> {
  return toBytes(createReadStream(path));
}

async function openStream(pieces: AsyncGenerator<Uint8Array>, name = 'The file to import'): Promise<OpenedSource> {
  let head: Uint8Array = new Uint8Array();
  let container: Container | undefined;
  try {
    while (container === undefined) {
      const next = await pieces.next();
      if (next.done !== true) head = Buffer.concat([head, next.value]);
      if (head.length < MARK.length && next.done !== true) continue;
      if (isGzip(head)) return await openStream(gunzipped(resume(head, pieces)), name);
      refuseArchive(head);
      refuseUtf16(head, name);
      container = containerOf(withoutMark(head), next.done === true);
      if (container === undefined && head.length > MAX_BLANK)
        throw new ImportFormatError(`${name} begins with more white space than any export.`);
      if (container === undefined && next.done === true) throw new ImportFormatError(`${name} is empty.`);
    }
  } catch (error) {
    await pieces.return(undefined);
    throw error;
  }
  return { container, chunks: resume(withoutMark(head), pieces) };
}

async function* resume(head: Uint8Array, rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield head;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}

/** The mark that some editors put before UTF-8 text. */
const MARK = Uint8Array.of(0xef, 0xbb, 0xbf);

function withoutMark(head: Uint8Array): Uint8Array {
  return startsWith(head, MARK) ? head.subarray(MARK.length) : head;
}

/** Where the files of a ZIP archive lie is said at its end, so that it can't be read as it comes. */
function refuseArchive(head: Uint8Array): void {
  if (startsWith(head, Uint8Array.of(0x50, 0x4b)))
    throw new ImportFormatError('The file is a ZIP archive, and comes as a stream.', {
      hint: 'Give the path of the archive to the command, or unpack it and send the conversations.json inside.',
    });
}

/** As PowerShell writes what is led into a file. */
function refuseUtf16(head: Uint8Array, name: string): void {
  if (startsWith(head, Uint8Array.of(0xff, 0xfe)) || startsWith(head, Uint8Array.of(0xfe, 0xff)))
    throw new ImportFormatError(`${name} is UTF-16.`, {
      hint: 'Convert it to UTF-8 first: iconv -f UTF-16 -t UTF-8 FILE.',
    });
}

function startsWith(head: Uint8Array, start: Uint8Array): boolean {
  return start.every((byte, index) => head[index] === byte);
}

/** How much white space may come before the first element. */
const MAX_BLANK = 1024 * 1024;

/** How much of the beginning, from the first byte that isn't white space, tells the container. */
const TELLING_BYTES = 64;

/** Undefined when more must be read to tell. */
function containerOf(head: Uint8Array, isAll: boolean): Container | undefined {
  const first = head.findIndex((byte) => byte > 0x20);
  if (first < 0) return undefined;
  if (head[first] === 0x5b) return 'array';
  if (head.length - first < TELLING_BYTES && !isAll) return undefined;
  const start = Buffer.from(head.subarray(first, first + TELLING_BYTES)).toString('latin1');
  // ShareGPT's own files have turns there, not conversations.
  if (/^\{\s*"items"\s*:\s*\[(?!\s*\{\s*"(?:from|value)")/u.test(start)) return 'wrapped-array';
  return /^\{[ \t\r]*\n/u.test(start) ? 'document' : 'lines';
}
