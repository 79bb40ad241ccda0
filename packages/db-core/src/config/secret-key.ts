import { inspect } from 'node:util';

const BYTES = 32;
const HEX = /^[0-9a-f]{64}$/i;
const BASE64 = /^[A-Za-z0-9+/_-]{43}=?$/;

/** The key from which all others are derived. It shows itself to nobody who prints a configuration. */
export class SecretKey {
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get bytes(): Buffer {
    return this.#bytes;
  }
  toJSON(): string {
    return '[hidden]';
  }
  [inspect.custom](): string {
    return 'SecretKey [hidden]';
  }
}

/** What secrets are sealed with, and what they may still be sealed with from before. */
export interface SecretKeys {
  readonly current: SecretKey;
  readonly previous: SecretKey | undefined;
}

/**
 * 32 bytes in hexadecimal or base64; undefined for anything else. Passphrases aren't taken: whoever has a copy of the
 * database may try as many as they like, so only what nobody can guess is a key.
 */
export function readSecretKey(text: string): SecretKey | undefined {
  if (HEX.test(text)) return new SecretKey(Buffer.from(text, 'hex'));
  if (!BASE64.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === BYTES ? new SecretKey(bytes) : undefined;
}
