import { fold } from './fold.ts';
import { stem } from './stem.ts';

/** A word of a text. */
export interface Token {
  /** As it is compared. */
  readonly text: string;
  /** The stem, where it isn't the word itself. */
  readonly stem: string | undefined;
  /** Which word of the text it is, from 0. */
  readonly position: number;
  /** Where it is in the text: UTF-16 units, the end not included. */
  readonly start: number;
  readonly end: number;
  /**
   * `pair`: two characters of a script whose words have no spaces between them. `last`: such a run's last character, which
   * begins no pair. `symbol`: with what follows it, such as `c++`; the word itself comes too.
   */
  readonly form: 'word' | 'pair' | 'last' | 'symbol' | 'segment';
}

const RUN = /[\p{L}\p{N}\p{M}]+/gu;
/** Characters below this one are of scripts with spaces; most texts have no others. */
const FIRST_WITHOUT_SPACES = 0x0e00;
/**
 * A run in pieces: characters that are taken in pairs (Chinese, Japanese, Korean), languages that only a dictionary can
 * take apart (Thai, Lao, Khmer, Burmese), and all the others.
 */
const PIECE =
  /(?<pairs>[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Bopo}]+)|(?<dictionary>[\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]+)|(?:(?![\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Bopo}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}])[^])+/gu;
const SYMBOLS = /[+#]{1,3}(?![\p{L}\p{N}\p{M}+#])/uy;

const MOST_KEPT = 20_000;

interface Folded {
  readonly text: string;
  readonly stem: string | undefined;
}

/** Words come again and again; folding and stemming one takes longer than finding it here. */
const known = new Map<string, Folded>();

function folded(word: string): Folded {
  const found = known.get(word);
  if (found !== undefined) return found;
  const text = fold(word);
  const made = { text, stem: stem(text) };
  if (word.length <= 32) {
    if (known.size >= MOST_KEPT) known.clear();
    known.set(word, made);
  }
  return made;
}

let segmenter: Intl.Segmenter | undefined;

/** The words of a text in their order. The same text gives the same words, wherever and on whatever engine. */
export class Tokenizer {
  /** Did ICU's dictionaries have a part in it? Then the words depend on its version. */
  usedDictionary = false;
  readonly #emit: (token: Token) => void;
  #position: number;
  #offset = 0;

  constructor(emit: (token: Token) => void, firstPosition = 0) {
    this.#emit = emit;
    this.#position = firstPosition;
  }

  /** The position that the next word gets. */
  get position(): number {
    return this.#position;
  }

  /** Goes on with more text; `offset` is where it begins in the whole. */
  read(text: string, offset = 0): void {
    this.#offset = offset;
    for (const { 0: run, index } of text.matchAll(RUN)) {
      if (hasNoSpaces(run)) this.#mixed(run, index);
      else this.#word(run, index, 'word');
      this.#symbols(text, run, index);
    }
  }

  #word(word: string, index: number, form: Token['form']): void {
    const { text, stem: stemmed } = folded(word);
    if (text === '') return;
    const start = this.#offset + index;
    this.#emit({ text, stem: stemmed, position: this.#position, start, end: start + word.length, form });
    this.#position += 1;
  }

  /** `c++`, `F#`: found by what it ends with, and as the word before that. */
  #symbols(text: string, run: string, index: number): void {
    const next = text.charCodeAt(index + run.length);
    if (next !== 0x2b && next !== 0x23) return;
    SYMBOLS.lastIndex = index + run.length;
    const symbols = SYMBOLS.exec(text)?.[0];
    if (symbols === undefined || this.#position === 0) return;
    const { text: word } = folded(run);
    const start = this.#offset + index;
    const end = start + run.length + symbols.length;
    this.#emit({
      text: `${word}${symbols}`,
      stem: undefined,
      position: this.#position - 1,
      start,
      end,
      form: 'symbol',
    });
  }

  #mixed(run: string, index: number): void {
    for (const { 0: piece, index: inside, groups } of run.matchAll(PIECE)) {
      if (groups?.['pairs'] !== undefined) this.#pairs(piece, index + inside);
      else if (groups?.['dictionary'] !== undefined) this.#segments(piece, index + inside);
      else this.#word(piece, index + inside, 'word');
    }
  }

  #pairs(piece: string, index: number): void {
    const characters = Array.from(piece.normalize('NFKC'));
    const start = this.#offset + index;
    // Where folding makes other characters of them, a pair stands for the whole piece.
    const inPlace = characters.join('').length === piece.length;
    let at = start;
    for (const [number, character] of characters.entries()) {
      const next = characters[number + 1] ?? '';
      const [from, to] = inPlace ? [at, at + character.length + next.length] : [start, start + piece.length];
      const form = next === '' ? 'last' : 'pair';
      this.#emit({ text: character + next, stem: undefined, position: this.#position, start: from, end: to, form });
      this.#position += 1;
      at += character.length;
    }
  }

  #segments(piece: string, index: number): void {
    this.usedDictionary = true;
    segmenter ??= new Intl.Segmenter('th', { granularity: 'word' });
    for (const { segment, index: inside } of segmenter.segment(piece)) this.#word(segment, index + inside, 'segment');
  }
}

function hasNoSpaces(run: string): boolean {
  for (let index = 0; index < run.length; index += 1) {
    if (run.charCodeAt(index) >= FIRST_WITHOUT_SPACES) return true;
  }
  return false;
}

/** The words of a text that isn't long. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  new Tokenizer((token) => tokens.push(token)).read(text);
  return tokens;
}
