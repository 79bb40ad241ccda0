import { createDecipheriv, createHash, hkdfSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { zstdDecompressSync } from 'node:zlib';

const MAGIC_BYTES = 'keelson backup\n'.length;
const SEAL_BYTES = 16;

/** Everything that a backup's file holds, decrypted and decompressed; read apart from the program that made it. */
export function bytesOfArchive(path: string, key?: Buffer): Buffer {
  const file = readFileSync(path);
  const headerLength = file.readUInt32BE(MAGIC_BYTES);
  const header = file.subarray(MAGIC_BYTES + 4, MAGIC_BYTES + 4 + headerLength);
  const { id, keyId } = JSON.parse(header.toString()) as { id: string; keyId: string | null };
  const blocks: Buffer[] = [header];
  for (let at = MAGIC_BYTES + 4 + headerLength, index = 0; at < file.length; index += 1) {
    const length = file.readUInt32BE(at);
    const kind = file.readUInt8(at + 4);
    const sealed = file.subarray(at + 5, at + 5 + length);
    at += 5 + length;
    const block =
      keyId === null ? sealed.subarray(0, -SEAL_BYTES) : opened(sealed, { id, header, index, kind, key: key! });
    blocks.push(zstdDecompressSync(block));
  }
  return Buffer.concat(blocks);
}

interface Sealed {
  readonly id: string;
  readonly header: Buffer;
  readonly index: number;
  readonly kind: number;
  readonly key: Buffer;
}

function opened(sealed: Buffer, { id, header, index, kind, key }: Sealed): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(index), 4);
  const place = Buffer.alloc(41);
  createHash('sha256').update(header).digest().copy(place);
  place.writeBigUInt64BE(BigInt(index), 32);
  place.writeUInt8(kind, 40);
  const fileKey = Buffer.from(hkdfSync('sha256', key, id, 'keelson backups v1', 32));
  const decipher = createDecipheriv('aes-256-gcm', fileKey, nonce, { authTagLength: SEAL_BYTES });
  decipher.setAAD(place);
  decipher.setAuthTag(sealed.subarray(-SEAL_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(0, -SEAL_BYTES)), decipher.final()]);
}
