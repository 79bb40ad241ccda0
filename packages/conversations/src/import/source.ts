import { createReadStream } from 'node:fs';
import { ImportFormatError, ImportSourceError } from '../errors.ts';

/** A path, or the file's bytes or text in pieces. */
export type ImportSource = string | AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;

/**
 * What holds a file's elements, told by how it begins: a list, a list within `{"items": […]}` as Keelson's own exports have
 * it, one value a line, or one value that goes over many lines.
 */
export type Container = 'array' | 'wrapped-array' | 'lines' | 'document';

export interface OpenedSource {
  readonly container: Container;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/**
 * Begins to read.
 *
 * @throws ImportSourceError when the file can't be read.
 * @throws ImportFormatError when it is empty, compressed or not UTF-8.
 */
export async function openSource(source: ImportSource): Promise<OpenedSource> {
  const pieces = toBytes(typeof source === 'string' ? createReadStream(source) : source);
  const iterator = pieces[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array();
  let container: Container | undefined;
  try {
    while (container === undefined) {
      const next = await iterator.next();
      if (next.done !== true) head = Buffer.concat([head, next.value]);
      if (head.length < MARK.length && next.done !== true) continue;
      refuseOthers(head);
      container = containerOf(withoutMark(head), next.done === true);
      if (container === undefined && next.done === true) throw new ImportFormatError('The file to import is empty.');
    }
  } catch (error) {
    await iterator.return(undefined);
    throw error;
  }
  return { container, chunks: resume(withoutMark(head), iterator) };
}

async function* toBytes(
  source: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of source) yield typeof piece === 'string' ? Buffer.from(piece) : piece;
  } catch (error) {
    throw new ImportSourceError(`The file to import cannot be read: ${reason(error)}.`, { cause: error });
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason';
  return error.message.replace(/\.$/u, '');
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

function refuseOthers(head: Uint8Array): void {
  if (startsWith(head, Uint8Array.of(0x50, 0x4b))) {
    throw new ImportFormatError('The file is a ZIP archive.', {
      hint: 'Unpack it and give the conversations.json inside.',
    });
  }
  if (startsWith(head, Uint8Array.of(0x1f, 0x8b))) {
    throw new ImportFormatError('The file is compressed with gzip.', { hint: 'Unpack it first: gzip -d FILE.' });
  }
  if (startsWith(head, Uint8Array.of(0xff, 0xfe)) || startsWith(head, Uint8Array.of(0xfe, 0xff))) {
    throw new ImportFormatError('The file is UTF-16, as PowerShell writes it.', {
      hint: 'Convert it to UTF-8 first: iconv -f UTF-16 -t UTF-8 FILE.',
    });
  }
}

function startsWith(head: Uint8Array, start: Uint8Array): boolean {
  return start.every((byte, index) => head[index] === byte);
}

/** How much of the beginning, from the first byte that isn't white space, tells the container. */
const TELLING_BYTES = 64;

/** Undefined when more must be read to tell. */
function containerOf(head: Uint8Array, isAll: boolean): Container | undefined {
  const first = head.findIndex((byte) => byte > 0x20);
  if (first < 0) return undefined;
  if (head[first] === 0x5b) return 'array';
  if (head.length - first < TELLING_BYTES && !isAll) return undefined;
  const start = Buffer.from(head.subarray(first, first + TELLING_BYTES)).toString('latin1');
  if (/^\{\s*"items"\s*:\s*\[/u.test(start)) return 'wrapped-array';
  return /^\{[ \t\r]*\n/u.test(start) ? 'document' : 'lines';
}
