/** What stands in a shared store under a key: whose answer it is, of when, and the answer. */
export interface Envelope {
  readonly key: string;
  /** One for each dependency; the answer holds for as long as they stand where they stood when it was read. */
  readonly tokens: readonly Uint8Array[];
  readonly packed: Uint8Array;
}

/** Changes when the layout does. */
const FORMAT = 1;
export const TOKEN_BYTES = 16;
/** Format, number of tokens, length of the key. */
const HEAD = 1 + 2 + 4;

export function seal({ key, tokens, packed }: Envelope): Buffer {
  const name = Buffer.from(key);
  const head = Buffer.alloc(HEAD);
  head.writeUInt8(FORMAT, 0);
  head.writeUInt16LE(tokens.length, 1);
  head.writeUInt32LE(name.length, 3);
  return Buffer.concat([head, ...tokens, name, packed]);
}

/** Undefined for anything else than what `seal` made: others may write there, too. */
export function openEnvelope(bytes: Uint8Array): Envelope | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < HEAD || buffer.readUInt8(0) !== FORMAT) return undefined;
  const count = buffer.readUInt16LE(1);
  const nameAt = HEAD + count * TOKEN_BYTES;
  const packedAt = nameAt + buffer.readUInt32LE(3);
  if (packedAt > buffer.length) return undefined;
  return {
    tokens: Array.from({ length: count }, (_, index) =>
      buffer.subarray(HEAD + index * TOKEN_BYTES, HEAD + (index + 1) * TOKEN_BYTES),
    ),
    key: buffer.toString('utf8', nameAt, packedAt),
    packed: buffer.subarray(packedAt),
  };
}
