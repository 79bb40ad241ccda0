import { isUtf8 } from 'node:buffer';

/** What a serializer made: text where it is text, which both engines read and write faster. */
export type Data = string | Uint8Array;

/** Neither engine has a text with a NUL in it. */
export function dataOf(bytes: Uint8Array): Data {
  return isUtf8(bytes) && !bytes.includes(0) ? asBuffer(bytes).toString('utf8') : bytes;
}

export function bytesOf(data: Data): Uint8Array {
  // Drivers give a `Buffer`, which some serializers would keep as it is.
  return typeof data === 'string'
    ? new TextEncoder().encode(data)
    : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

export function textOf(data: Data): string {
  return typeof data === 'string' ? data : asBuffer(data).toString('utf8');
}

/** In bytes. */
export function sizeOf(data: Data): number {
  return typeof data === 'string' ? Buffer.byteLength(data, 'utf8') : data.byteLength;
}

/** One after the other; as text if all are text. */
export function join(parts: readonly Data[]): Data {
  return parts.every((part) => typeof part === 'string') ? parts.join('') : Buffer.concat(parts.map(bytesOf));
}

/** Gives parts by their place in bytes. */
export function cutter(data: Data): (start: number, end: number) => Data {
  if (typeof data === 'string' && Buffer.byteLength(data, 'utf8') === data.length)
    return (start, end) => data.slice(start, end);
  const bytes = asBuffer(bytesOf(data));
  return typeof data === 'string'
    ? (start, end) => bytes.toString('utf8', start, end)
    : (start, end) => bytes.subarray(start, end);
}

/** As it stands in a row: one of the two. */
export interface DataColumns {
  readonly text: string | null;
  readonly bytes: Uint8Array | null;
}

export function columnsOf(data: Data): DataColumns {
  return typeof data === 'string' ? { text: data, bytes: null } : { text: null, bytes: data };
}

export function dataIn(text: string | null, bytes: Uint8Array | null): Data {
  const data = text ?? bytes;
  if (data === null) throw new TypeError('A checkpoint has a value that is neither text nor bytes.');
  return data;
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
