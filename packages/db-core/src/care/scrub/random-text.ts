import { createCipheriv, createHmac, hkdfSync } from 'node:crypto';

/** Bytes that look random, and are the same whenever they are made from the same thing with the same secret. */
export class KeyedBytes {
  readonly #secret: Buffer;

  constructor(secret: Buffer) {
    this.#secret = Buffer.from(hkdfSync('sha256', secret, '', 'keelson scrub v1', 32));
  }

  /** `purpose` keeps what is made for one thing from telling of another. */
  of(purpose: string, from: string, length: number): Buffer {
    const key = createHmac('sha256', this.#secret).update(purpose).update('\0').update(from).digest();
    if (length <= key.length) return key.subarray(0, length);
    // Each key is used for one text only.
    return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length));
  }
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const CONSONANTS = 'bcdfghjklmnpqrstvwz';
const VOWELS = 'aeiou';
/** How many words of a length there are at most; frequent ones are taken more often. */
const WORDS_OF_A_LENGTH = 600;
const LONGEST_KNOWN = 20;

/** Blocks of letters in which a letter is replaced by another one of the same script, which is what cutting into words goes by. */
const SCRIPTS: readonly (readonly [first: number, last: number])[] = [
  [0x03_b1, 0x03_c9],
  [0x04_30, 0x04_4f],
  [0x05_d0, 0x05_ea],
  [0x06_28, 0x06_3a],
  [0x0e_01, 0x0e_2e],
  [0x30_41, 0x30_93],
  [0x30_a1, 0x30_f3],
  [0x4e_00, 0x9f_a5],
  [0xac_00, 0xd7_a3],
];

/** Words that mean nothing, letters and digits. */
export class RandomWords {
  readonly #bytes: KeyedBytes;
  readonly #known = new Map<number, string>();

  constructor(bytes: KeyedBytes) {
    this.#bytes = bytes;
  }

  /** In place of a run of letters: as long, and written large or small as that was. Two of the bytes are used for each letter at most. */
  word(word: string, random: Buffer): string {
    if (/[^\p{Script=Latin}]/u.test(word)) return this.#letterByLetter(word, random);
    const length = word.length;
    const made =
      length < 3 || length > LONGEST_KNOWN
        ? Array.from({ length }, (_, at) => LETTERS[(random[at] ?? 0) % LETTERS.length]).join('')
        : this.#common(length, random);
    if (length > 1 && word === word.toUpperCase()) return made.toUpperCase();
    return /^\p{Lu}/u.test(word) ? made.charAt(0).toUpperCase() + made.slice(1) : made;
  }

  digits(digits: string, random: Buffer): string {
    return Array.from(digits, (_, at) => String((random[at] ?? 0) % 10)).join('');
  }

  /** The same few words come most of the time, as in any language, so that an index of them is as large as of real ones. */
  #common(length: number, random: Buffer): string {
    const portion = random.readUInt16BE(0) / 65_536;
    const number = Math.floor(portion ** 3 * WORDS_OF_A_LENGTH);
    const key = length * WORDS_OF_A_LENGTH + number;
    const known = this.#known.get(key) ?? this.#make(length, key);
    this.#known.set(key, known);
    return known;
  }

  #make(length: number, key: number): string {
    const random = this.#bytes.of('word', String(key), length);
    return Array.from({ length }, (_, at) => {
      const letters = at % 2 === 0 ? CONSONANTS : VOWELS;
      return letters[(random[at] ?? 0) % letters.length];
    }).join('');
  }

  #letterByLetter(word: string, random: Buffer): string {
    let made = '';
    for (let at = 0; at < word.length; at += 1) {
      const code = word.charCodeAt(at);
      const small = word.charAt(at).toLowerCase().charCodeAt(0);
      const value = random.readUInt16BE((2 * at) % (random.length - 1));
      const script = SCRIPTS.find(([first, last]) => small >= first && small <= last);
      const letter =
        script === undefined
          ? LETTERS.charAt(value % LETTERS.length)
          : String.fromCharCode(script[0] + (value % (script[1] - script[0] + 1)));
      made += small === code ? letter : letter.toUpperCase().slice(0, 1);
    }
    return made;
  }
}
