import { ElementBytes, type Element, type ReadOptions } from './json-elements.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * The elements of a file that is one JSON array, each parsed by itself: memory holds one element, and a broken one doesn't
 * harm the next, unless its brackets or quotes don't match; then it reaches to the end of the file.
 */
export async function* readArray(
  chunks: AsyncIterable<Uint8Array>,
  options: ReadOptions & {
    /** Is the list a member of an object, whose end follows? */
    readonly wrapped?: boolean;
  },
): AsyncGenerator<Element> {
  const bytes = new ElementBytes(options.maxElementBytes);
  const scan = new Scan();
  let index = 0;
  let extra = false;
  for await (const chunk of chunks) {
    let at = 0;
    if (!scan.begun) {
      at = chunk.indexOf(OPEN_ARRAY) + 1;
      if (at === 0) continue;
      scan.begun = true;
    }
    while (at < chunk.length && !scan.ended) {
      const end = scan.find(chunk, at);
      bytes.add(chunk.subarray(at, end));
      at = end + 1;
      if (end === chunk.length) break;
      const element = bytes.take({ index });
      if (element === undefined) continue;
      yield element;
      index += 1;
    }
    if (scan.ended && !extra)
      extra = chunk.subarray(at).some((byte) => byte > 0x20 && !(options.wrapped === true && byte === CLOSE_OBJECT));
  }
  if (extra) {
    yield {
      place: { index },
      replaced: 0,
      fault: { code: 'TRAILING_DATA', message: 'follows the end of the list and was left out' },
    };
  }
  if (scan.ended) return;
  const last = bytes.take({ index });
  if (last !== undefined && 'value' in last) {
    yield last;
    index += 1;
  }
  const message = 'is missing or incomplete: the file ends before its list does';
  yield { place: { index }, replaced: 0, fault: { code: 'TRUNCATED', message } };
}

/** Looks for the comma or bracket that ends an element; remembers between chunks how deep it is and whether in a string. */
class Scan {
  begun = false;
  ended = false;
  #depth = 0;
  #inString = false;
  #escaped = false;

  /** Where the element ends, or the chunk's length when it goes on in the next. */
  find(chunk: Uint8Array, from: number): number {
    for (let at = from; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (this.#inString) this.#string(byte);
      else if (byte === QUOTE) this.#inString = true;
      else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) this.#depth += 1;
      else if (this.#depth > 0) {
        if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) this.#depth -= 1;
      } else if (byte === COMMA) return at;
      else if (byte === CLOSE_ARRAY) {
        this.ended = true;
        return at;
      }
    }
    return chunk.length;
  }

  #string(byte: number | undefined): void {
    if (this.#escaped) this.#escaped = false;
    else if (byte === BACKSLASH) this.#escaped = true;
    else if (byte === QUOTE) this.#inString = false;
  }
}
