import type { JsonValue } from '../../schema/json.ts';
import { KeyedBytes, RandomWords } from './random-text.ts';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const EMAIL = /^[^\s@]+@[^\s@]+$/;
/** In running text: what somebody could be written to by or found at, runs of letters, runs of digits. */
const PIECES =
  /(?<url>https?:\/\/[^\s/?#]+)|(?<email>[^\s@<>"'(),;:]+@[^\s@<>"'(),;:]+)|(?<word>\p{L}+)|(?<digits>\p{Nd}+)/giu;
/** The database's own, and those that stand for whoever was erased. */
const NOBODY = /^(?:keelson|erased):/;
/** A name that a program gave a member; anything else may be what somebody wrote. */
const MEMBER = /^(?!.*\d{4})[A-Za-z_$][\w$.-]{0,39}$/;
const TOKEN_LENGTH = 16;
const TOKEN_LETTERS = 'abcdefghijklmnopqrstuvwxyz234567';

/**
 * Replaces what is personal by what means nothing, the same thing always by the same, so that what belongs together still
 * does. Without the secret, which is made for one copy and kept nowhere, nobody can tell what stood there.
 */
export class Pseudonyms {
  readonly #bytes: KeyedBytes;
  readonly #words: RandomWords;

  constructor(secret: Buffer) {
    this.#bytes = new KeyedBytes(secret);
    this.#words = new RandomWords(this.#bytes);
  }

  /** Of an owner. Different ones stay different. */
  owner(id: string): string {
    if (NOBODY.test(id)) return id;
    return this.#formed(id) ?? `user-${this.#token(id, TOKEN_LENGTH)}`;
  }

  /** In a column in which no two may be equal: as long as it was, or 16 characters. */
  unique(value: string): string {
    return this.#formed(value) ?? this.#token(value, Math.max(TOKEN_LENGTH, value.length));
  }

  /** What was written: as long, of as many words, with spaces and punctuation where they were. */
  text(value: string): string {
    if (EMAIL.test(value)) return this.#email(value);
    const random = this.#bytes.of('text', value, 2 * value.length + 4);
    const made = value.replaceAll(PIECES, (piece: string, ...rest: readonly unknown[]) => {
      const at = rest.find((each) => typeof each === 'number') ?? 0;
      const { url, email, word } = (rest.at(-1) ?? {}) as Readonly<Record<string, string | undefined>>;
      if (url !== undefined) return this.#url(url);
      if (email !== undefined) return this.#email(email);
      const own = random.subarray(2 * at, 2 * at + 2 * piece.length + 2);
      return word === undefined ? this.#words.digits(piece, own) : this.#words.word(piece, own);
    });
    // Short addresses have become longer, and columns are bounded.
    return cut(made, value.length);
  }

  /** Its shape, numbers and the names of members stay; `kept` are members whose text says only what kind of thing it is. */
  json(value: JsonValue, kept: readonly string[] = []): JsonValue {
    if (typeof value === 'string') return this.text(value);
    if (Array.isArray(value)) return value.map((item: JsonValue) => this.json(item, kept));
    if (typeof value !== 'object' || value === null) return value;
    const members = Object.entries(value).map(([name, member]): [string, JsonValue] => [
      MEMBER.test(name) ? name : this.unique(name),
      kept.includes(name) && typeof member === 'string' ? member : this.json(member ?? null, kept),
    ]);
    return Object.fromEntries(members);
  }

  /** In place of what opens something: nothing that anybody has opens anything with it. */
  unusable(value: string): string {
    return this.#bytes.of('secret', value, 32).toString('hex');
  }

  #formed(value: string): string | undefined {
    if (UUID.test(value)) return this.#uuid(value);
    return EMAIL.test(value) ? this.#email(value) : undefined;
  }

  /** As long as it was, or longer. */
  #email(value: string): string {
    const name = this.#token(value.toLowerCase(), Math.max(TOKEN_LENGTH, value.length - '@example.invalid'.length - 1));
    return `u${name}@example.invalid`;
  }

  /** Scheme and host; names under `.invalid` never lead anywhere. */
  #url(value: string): string {
    const scheme = value.slice(0, value.indexOf(':') + 3);
    const host = this.#token(value.toLowerCase(), Math.max(1, value.length - scheme.length - '.invalid'.length));
    return `${scheme}${host}.invalid`;
  }

  #uuid(value: string): string {
    const bytes = Buffer.from(this.#bytes.of('uuid', value.toLowerCase(), 16));
    bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
    bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
    const hex = bytes.toString('hex');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  }

  #token(value: string, length: number): string {
    return Array.from(this.#bytes.of('token', value, length), (byte) => TOKEN_LETTERS[byte % 32]).join('');
  }
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : text.slice(0, length).toWellFormed();
}
