import type { ImportFaultCode, Place } from './imported.ts';

/** One element of a file: its value, or why there is none. */
export type Element = { readonly place: Place; readonly replaced: number } & (
  | { readonly value: unknown }
  | { readonly fault: { readonly code: ImportFaultCode; readonly message: string } }
);

export interface ReadOptions {
  /** Longest element in bytes; a longer one is left out. It is what bounds memory. */
  readonly maxElementBytes: number;
}

/** Collects the bytes of one element, and forgets them once they are too many. */
export class ElementBytes {
  readonly #limit: number;
  #chunks: Uint8Array[] = [];
  #length = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Copies, because whoever gave the chunk may use its memory again. */
  add(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#length += bytes.length;
    if (this.#length > this.#limit) this.#chunks = [];
    else this.#chunks.push(Uint8Array.from(bytes));
  }

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /** The element parsed, or undefined where there is only white space. Starts anew. */
  take(place: Place): Element | undefined {
    const tooLong = this.#length > this.#limit;
    const bytes = Buffer.concat(this.#chunks);
    const length = this.#length;
    this.#chunks = [];
    this.#length = 0;
    if (tooLong) {
      const message = `has ${length.toLocaleString('en')} bytes, more than ${this.#limit.toLocaleString('en')}`;
      return { place, replaced: 0, fault: { code: 'ELEMENT_TOO_LARGE', message } };
    }
    return parseElement(bytes, place);
  }
}

function parseElement(bytes: Buffer, place: Place): Element | undefined {
  const { text, replaced } = decode(bytes);
  if (text.trim() === '') return undefined;
  try {
    return { place, replaced, value: JSON.parse(text) as unknown };
  } catch (error) {
    const message = `is not valid JSON: ${error instanceof Error ? shorten(error.message) : 'unreadable'}`;
    return { place, replaced: 0, fault: { code: 'BROKEN_JSON', message } };
  }
}

/** V8 quotes the text around the fault; a report must not carry whole messages. */
function shorten(message: string): string {
  return message.replace(/, (?:\.\.\.)?".*$/su, '').slice(0, 200);
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });
const REPLACEMENT = Buffer.from('\uFFFD');

function decode(bytes: Buffer): { text: string; replaced: number } {
  try {
    return { text: strict.decode(bytes), replaced: 0 };
  } catch {
    const text = lenient.decode(bytes);
    let genuine = 0;
    for (let at = bytes.indexOf(REPLACEMENT); at >= 0; at = bytes.indexOf(REPLACEMENT, at + 3)) genuine += 1;
    return { text, replaced: text.split('\uFFFD').length - 1 - genuine };
  }
}
