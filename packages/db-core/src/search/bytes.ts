/** Whole numbers packed into bytes, seven bits in each, the lowest first: small numbers take one byte. */
export class ByteWriter {
  #bytes = new Uint8Array(16);
  #length = 0;

  number(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#length++] = rest;
  }

  /** A number that may be negative. */
  signed(value: number): void {
    this.number(value < 0 ? -2 * value - 1 : 2 * value);
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  take(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + count));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  number(): number {
    let byte = this.#bytes[this.#at++] ?? 0;
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    let factor = 0x80;
    do {
      byte = this.#bytes[this.#at++] ?? 0;
      value += (byte & 0x7f) * factor;
      factor *= 0x80;
    } while (byte >= 0x80);
    return value;
  }

  signed(): number {
    return toSigned(this.number());
  }

  bytes(count: number): Uint8Array {
    const part = this.#bytes.subarray(this.#at, this.#at + count);
    this.#at += count;
    return part;
  }
}

export function toSigned(value: number): number {
  // Remainders of numbers this large are slow to find.
  const half = Math.floor(value / 2);
  return value === 2 * half ? half : -half - 1;
}

/** How many numbers there are: each ends with a byte that has no more to follow. */
export function countNumbers(bytes: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < bytes.length; at += 1) if ((bytes[at] as number) < 0x80) count += 1;
  return count;
}

let scratch = new Float64Array(4096);

/**
 * All the numbers at once, until the next call: a search of a large index reads half a million of them, so that this loop is
 * short and leaves nothing to be collected.
 */
export function readAll(bytes: Uint8Array): Float64Array {
  if (scratch.length < bytes.length) scratch = new Float64Array(2 * bytes.length);
  const numbers = scratch;
  let count = 0;
  let value = 0;
  let factor = 1;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x80) {
      numbers[count] = factor === 1 ? byte : value + byte * factor;
      count += 1;
      value = 0;
      factor = 1;
    } else {
      value += (byte & 0x7f) * factor;
      factor *= 0x80;
    }
  }
  return numbers.subarray(0, count);
}
