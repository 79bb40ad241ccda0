import { deserialize, serialize } from 'node:v8';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** What is shorter gets hardly shorter still. */
const WORTH_COMPRESSING = 512;
/** Nothing larger is kept, so nothing larger is unpacked. */
export const MOST_BYTES = 1_048_576;

/** The first byte says how the rest is written. */
const PLAIN = 1;
const COMPRESSED = 2;

/** V8's own format keeps dates, bytes and `undefined`, and is as quick as JSON. */
export function pack(value: unknown): Buffer {
  const plain = serialize(value);
  if (plain.length < WORTH_COMPRESSING) return withFormat(PLAIN, plain);
  const compressed = zstdCompressSync(plain);
  return compressed.length < plain.length ? withFormat(COMPRESSED, compressed) : withFormat(PLAIN, plain);
}

/** In memory of its own: a part of a larger buffer would keep all of it. */
function withFormat(format: number, bytes: Buffer): Buffer {
  const packed = Buffer.allocUnsafeSlow(bytes.length + 1);
  packed[0] = format;
  bytes.copy(packed, 1);
  return packed;
}

/** @throws Error when it isn't what `pack` made: another version's, or damaged. */
export function unpack(packed: Uint8Array): unknown {
  const rest = packed.subarray(1);
  if (packed[0] === PLAIN) return deserialize(rest);
  if (packed[0] === COMPRESSED) return deserialize(zstdDecompressSync(rest, { maxOutputLength: 4 * MOST_BYTES }));
  throw new Error('The cached value is of another format.');
}
