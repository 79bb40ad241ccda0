import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { SecretKey, SecretKeys } from '../config/index.ts';
import { SecretKeyMissingError, SecretUnreadableError } from './errors.ts';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const KEY_ID_BYTES = 8;
const SEALED = /^v1\.(?<keyId>[0-9a-f]{16})\.(?<sealed>[A-Za-z0-9_-]+)$/;

interface BoxKey {
  /** Tells which key it is, and nothing of the key. */
  readonly id: string;
  readonly cipher: Buffer;
}

/**
 * Seals what nobody may read who only has the database. Each purpose has a key of its own, and what was sealed opens only
 * with the context that it was sealed with: a row's sealed value is worthless in another row.
 *
 * @example
 * ```ts
 * const box = SecretBox.of(database.config.secretKeys, 'settings');
 * const sealed = box.seal('hunter2', ['ada', 'mail.password']);
 * box.open(sealed, ['ada', 'mail.password']); // 'hunter2'
 * ```
 */
export class SecretBox {
  readonly #current: BoxKey;
  readonly #previous: BoxKey | undefined;

  constructor(keys: SecretKeys, purpose: string) {
    this.#current = derive(keys.current, purpose);
    this.#previous = keys.previous === undefined ? undefined : derive(keys.previous, purpose);
  }

  /** @throws SecretKeyMissingError without keys */
  static of(keys: SecretKeys | undefined, purpose: string): SecretBox {
    if (keys !== undefined) return new SecretBox(keys, purpose);
    throw new SecretKeyMissingError('There is no key to seal secrets with: KEELSON_SECRET_KEY is not set.');
  }

  /** Which key seals. */
  get keyId(): string {
    return this.#current.id;
  }

  /** Which key sealed before, where it is still known. */
  get previousKeyId(): string | undefined {
    return this.#previous?.id;
  }

  seal(text: string, context: readonly string[]): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, this.#current.cipher, iv, { authTagLength: TAG_BYTES });
    cipher.setAAD(authenticated(this.#current, context));
    const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `v1.${this.#current.id}.${sealed.toString('base64url')}`;
  }

  /** @throws SecretUnreadableError when another key sealed it, it belongs elsewhere, or it was changed */
  open(sealed: string, context: readonly string[]): string {
    const { keyId = '', sealed: encoded = '' } = SEALED.exec(sealed)?.groups ?? {};
    const key = [this.#current, this.#previous].find((each) => each?.id === keyId);
    if (key === undefined)
      throw new SecretUnreadableError('A secret was sealed with a key that is not the one given.', {
        details: { keyId, known: [this.keyId, ...(this.previousKeyId === undefined ? [] : [this.previousKeyId])] },
      });
    const bytes = Buffer.from(encoded, 'base64url');
    try {
      const decipher = createDecipheriv(CIPHER, key.cipher, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
      decipher.setAAD(authenticated(key, context));
      decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
      return decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
    } catch (cause) {
      throw new SecretUnreadableError('A secret was changed since it was sealed, or belongs to another place.', {
        cause,
        hint: 'Set it anew; somebody changed the database behind Keelson.',
        details: { keyId },
      });
    }
  }
}

function derive({ bytes }: SecretKey, purpose: string): BoxKey {
  const part = (what: string, length: number): Buffer =>
    Buffer.from(hkdfSync('sha256', bytes, 'keelson secrets v1', `${what} for ${purpose}`, length));
  return { id: part('key id', KEY_ID_BYTES).toString('hex'), cipher: part('key', KEY_BYTES) };
}

/** JSON keeps `['a', 'bc']` and `['ab', 'c']` apart. */
function authenticated({ id }: BoxKey, context: readonly string[]): Buffer {
  return Buffer.from(JSON.stringify([id, ...context]));
}
