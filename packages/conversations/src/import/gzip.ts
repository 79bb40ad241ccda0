import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { boundedUnpacking, toBytes } from './source-bytes.ts';

export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/** The bytes unpacked, as they come. */
export function gunzipped(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let packedBytes = 0;
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const piece of packed) {
      packedBytes += piece.length;
      yield piece;
    }
  };
  const gunzip = createGunzip();
  // What goes wrong is told to whoever reads.
  void pipeline(Readable.from(counted()), gunzip).catch(() => {});
  return toBytes(boundedUnpacking(gunzip as AsyncIterable<Uint8Array>, () => packedBytes));
}
