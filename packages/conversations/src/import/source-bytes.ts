import { ImportSourceError } from '../errors.ts';

/** The pieces as bytes. What goes wrong with the file is the file's fault. */
export async function* toBytes(
  source: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of source) yield typeof piece === 'string' ? Buffer.from(piece) : piece;
  } catch (error) {
    throw sourceError(error);
  }
}

export function sourceError(error: unknown): ImportSourceError {
  if (error instanceof ImportSourceError) return error;
  const reason = error instanceof Error ? error.message.replace(/\.$/u, '') : 'unknown reason';
  return new ImportSourceError(`The file to import cannot be read: ${reason}.`, { cause: error });
}

/** What a file may unpack to, whatever its size, and how many times its size. Exports shrink to a tenth, seldom to a fiftieth. */
const ALWAYS = 16 * 1024 * 1024;
const MOST_TIMES = 200;

/** Holds what unpacks a file to what an export can be: a small file that says to be gigabytes was made to do harm. */
export async function* boundedUnpacking(
  unpacked: AsyncIterable<Uint8Array>,
  packedBytes: () => number,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const piece of unpacked) {
    bytes += piece.length;
    if (bytes > ALWAYS + MOST_TIMES * packedBytes())
      throw new ImportSourceError(`The file to import unpacks to more than ${MOST_TIMES} times its size.`, {
        hint: 'Unpack it yourself, if it is what you expect.',
      });
    yield piece;
  }
}
