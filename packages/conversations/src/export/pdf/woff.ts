import { inflateSync } from 'node:zlib';

const WOFF = 0x77_4f_46_46;
const HEADER = 44;
const ENTRY = 20;

/**
 * A font as TrueType or OpenType: of a WOFF 1.0 file (W3C) its tables unpacked, any other as it is. What reads fonts here
 * would unpack a table of a WOFF file again for every glyph, which takes seconds for a line of Chinese.
 */
export function unpacked(font: Buffer): Buffer {
  if (font.length < HEADER || font.readUInt32BE(0) !== WOFF) return font;
  const count = font.readUInt16BE(12);
  const entries = Array.from({ length: count }, (_, index) => readEntry(font, HEADER + index * ENTRY));
  const head = Buffer.alloc(12 + count * 16);
  head.writeUInt32BE(font.readUInt32BE(4), 0);
  head.writeUInt16BE(count, 4);
  const power = Math.floor(Math.log2(count));
  head.writeUInt16BE(2 ** power * 16, 6);
  head.writeUInt16BE(power, 8);
  head.writeUInt16BE((count - 2 ** power) * 16, 10);
  let offset = head.length;
  const bodies: Buffer[] = [];
  for (const [index, { tag, checksum, body }] of entries.entries()) {
    const at = 12 + index * 16;
    head.writeUInt32BE(tag, at);
    head.writeUInt32BE(checksum, at + 4);
    head.writeUInt32BE(offset, at + 8);
    head.writeUInt32BE(body.length, at + 12);
    const padded = Math.ceil(body.length / 4) * 4;
    bodies.push(body, Buffer.alloc(padded - body.length));
    offset += padded;
  }
  return Buffer.concat([head, ...bodies]);
}

interface Entry {
  readonly tag: number;
  readonly checksum: number;
  readonly body: Buffer;
}

function readEntry(font: Buffer, at: number): Entry {
  const offset = font.readUInt32BE(at + 4);
  const packedLength = font.readUInt32BE(at + 8);
  const length = font.readUInt32BE(at + 12);
  const packed = font.subarray(offset, offset + packedLength);
  return {
    tag: font.readUInt32BE(at),
    checksum: font.readUInt32BE(at + 16),
    body: packedLength < length ? inflateSync(packed, { maxOutputLength: length }) : packed,
  };
}
