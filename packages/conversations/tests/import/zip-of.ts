import { crc32, deflateRawSync } from 'node:zlib';

interface Options {
  /** Sizes, places and counts as archives of over 4 GB have them. */
  readonly isLarge?: boolean;
  readonly isStored?: boolean;
  readonly comment?: string;
}

/** A ZIP archive of these files. */
export function zipOf(files: Readonly<Record<string, string>>, options: Options = {}): Buffer {
  const { isLarge = false, isStored = false, comment = '' } = options;
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const plain = Buffer.from(text);
    const packed = isStored ? plain : deflateRawSync(plain);
    const nameBytes = Buffer.from(name);
    // Archives that are written as they come say the sizes only in the directory.
    const local = record(30, [0x04034b50, 4], [8, 2, 6], [isStored ? 0 : 8, 2, 8], [nameBytes.length, 2, 26]);
    const sizes = [plain.length, packed.length, offset];
    const extra = isLarge
      ? record(28, [1, 2], [24, 2, 2], ...sizes.map((size, n) => [size, 8, 4 + 8 * n] as const))
      : '';
    const shown = isLarge ? sizes.map(() => 0xffffffff) : sizes;
    const entry = record(
      46,
      [0x02014b50, 4],
      [isStored ? 0 : 8, 2, 10],
      [crc32(plain), 4, 16],
      [shown[1]!, 4, 20],
      [shown[0]!, 4, 24],
      [nameBytes.length, 2, 28],
      [extra.length, 2, 30],
      [shown[2]!, 4, 42],
    );
    bodies.push(local, nameBytes, packed);
    directory.push(entry, nameBytes, Buffer.from(extra));
    offset += local.length + nameBytes.length + packed.length;
  }
  const count = Object.keys(files).length;
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const large = [
    record(56, [0x06064b50, 4], [44, 8, 4], [count, 8, 24], [count, 8, 32], [size, 8, 40], [offset, 8, 48]),
    record(20, [0x07064b50, 4], [offset + size, 8, 8], [1, 4, 16]),
  ];
  const end = isLarge
    ? record(22, [0x06054b50, 4], [0xffff, 2, 8], [0xffff, 2, 10], [0xffffffff, 4, 12], [0xffffffff, 4, 16])
    : record(22, [0x06054b50, 4], [count, 2, 8], [count, 2, 10], [size, 4, 12], [offset, 4, 16]);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...bodies, ...directory, ...(isLarge ? large : []), end, Buffer.from(comment)]);
}

/** Numbers, each with how many bytes it has and where they begin. */
function record(length: number, ...numbers: readonly (readonly [number, 2 | 4 | 8, number?])[]): Buffer {
  const buffer = Buffer.alloc(length);
  for (const [value, bytes, at = 0] of numbers) {
    if (bytes === 8) buffer.writeBigUInt64LE(BigInt(value), at);
    else buffer.writeUIntLE(value, at, bytes);
  }
  return buffer;
}
