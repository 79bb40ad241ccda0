import { createCipheriv, createDecipheriv, createHash, hkdfSync } from 'node:crypto';
import type { SecretKey, SecretKeys } from '../../config/index.ts';
import { BackupDamagedError, BackupKeyError } from './errors.ts';
import type { BackupHeader } from './format.ts';

const SEAL_BYTES = 16;
const NONCE_BYTES = 12;

/** Closes each block of a file, so that none can be changed, left out, moved or brought in from another file. */
export interface Seal {
  close(block: Buffer, index: number, kind: number): Buffer;
  /** @throws BackupDamagedError */
  open(sealed: Buffer, index: number, kind: number): Buffer;
}

/** Tells which key it is, and nothing of the key. */
export function keyIdOf({ bytes }: SecretKey): string {
  return Buffer.from(hkdfSync('sha256', bytes, 'keelson backups v1', 'key id', 8)).toString('hex');
}

/**
 * With a key blocks are encrypted, too: AES-256-GCM under a key of the file's own, with the block's number as its nonce.
 * Without one the seal only shows damage.
 *
 * @throws BackupKeyError where the header names a key that isn't there
 */
export function sealOf(header: BackupHeader, headerBytes: Buffer, keys: SecretKeys | undefined): Seal {
  const digest = createHash('sha256').update(headerBytes).digest();
  if (header.keyId === null) return plainSeal(digest);
  const key = [keys?.current, keys?.previous].find((each) => each !== undefined && keyIdOf(each) === header.keyId);
  if (key === undefined)
    throw new BackupKeyError(
      keys === undefined
        ? 'The backup is encrypted, and KEELSON_SECRET_KEY is not set.'
        : 'The backup is encrypted with a key that is not the one given.',
      { details: { keyId: header.keyId } },
    );
  return cipherSeal(Buffer.from(hkdfSync('sha256', key.bytes, header.id, 'keelson backups v1', 32)), digest);
}

function place(digest: Buffer, index: number, kind: number): Buffer {
  const place = Buffer.alloc(digest.length + 9);
  digest.copy(place);
  place.writeBigUInt64BE(BigInt(index), digest.length);
  place.writeUInt8(kind, digest.length + 8);
  return place;
}

function damaged(index: number): BackupDamagedError {
  return new BackupDamagedError(`Block ${index} of the backup is not as it was written.`);
}

function plainSeal(digest: Buffer): Seal {
  const sealOfBlock = (block: Buffer, index: number, kind: number): Buffer =>
    createHash('sha256')
      .update(place(digest, index, kind))
      .update(block)
      .digest()
      .subarray(0, SEAL_BYTES);
  return {
    close: (block, index, kind) => Buffer.concat([block, sealOfBlock(block, index, kind)]),
    open: (sealed, index, kind) => {
      const block = sealed.subarray(0, -SEAL_BYTES);
      if (!sealOfBlock(block, index, kind).equals(sealed.subarray(-SEAL_BYTES))) throw damaged(index);
      return block;
    },
  };
}

function cipherSeal(key: Buffer, digest: Buffer): Seal {
  const nonce = (index: number): Buffer => {
    const bytes = Buffer.alloc(NONCE_BYTES);
    bytes.writeBigUInt64BE(BigInt(index), NONCE_BYTES - 8);
    return bytes;
  };
  return {
    close: (block, index, kind) => {
      const cipher = createCipheriv('aes-256-gcm', key, nonce(index), { authTagLength: SEAL_BYTES });
      cipher.setAAD(place(digest, index, kind));
      return Buffer.concat([cipher.update(block), cipher.final(), cipher.getAuthTag()]);
    },
    open: (sealed, index, kind) => {
      try {
        const cipher = createDecipheriv('aes-256-gcm', key, nonce(index), { authTagLength: SEAL_BYTES });
        cipher.setAAD(place(digest, index, kind));
        cipher.setAuthTag(sealed.subarray(-SEAL_BYTES));
        return Buffer.concat([cipher.update(sealed.subarray(0, -SEAL_BYTES)), cipher.final()]);
      } catch {
        throw damaged(index);
      }
    },
  };
}
