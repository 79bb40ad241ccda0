import { ByteReader, ByteWriter, countNumbers, readAll, toSigned } from './bytes.ts';

/** A word in one entry. */
export interface Posting {
  readonly number: number;
  /** How often it is there, each time counted by the weight of its field. */
  readonly weight: number;
  /** Its positions, packed. */
  readonly positions: Uint8Array;
}

/** What the index knows of an entry besides its words. */
export interface Listed {
  readonly number: number;
  /** The number of its kind. */
  readonly kind: number;
  readonly length: number;
  /** Milliseconds. */
  readonly at: number;
}

/** A word's row of one block. */
export interface PostingsRow {
  readonly postings: Uint8Array;
  readonly positions: Uint8Array;
}

/** Entries that have a word, and its weight in each, in the order of their numbers. */
export interface PostingList {
  readonly numbers: Uint32Array;
  readonly weights: Float64Array;
}

/** The row of a word in a block. No word has a space in it, so that rows of a word lie together and in order. */
export function postingsId(term: string, block: number): string {
  return `${term} ${block.toString(36).padStart(6, '0')}`;
}

/** The word that lists the entries themselves. */
export const LISTING = '';

export function termOf(id: string): string {
  return id.slice(0, id.lastIndexOf(' '));
}

export function blockOf(id: string): number {
  return Number.parseInt(id.slice(id.lastIndexOf(' ') + 1), 36);
}

export function packPositions(positions: readonly number[]): Uint8Array {
  const writer = new ByteWriter();
  let last = 0;
  for (const position of positions) {
    writer.number(position - last);
    last = position;
  }
  return writer.take();
}

export function unpackPositions(packed: Uint8Array): number[] {
  const reader = new ByteReader(packed);
  const positions: number[] = [];
  let last = 0;
  while (!reader.isAtEnd) positions.push((last += reader.number()));
  return positions;
}

/** In the order of numbers. */
export function packPostings(postings: Iterable<Posting>): PostingsRow {
  const writer = new ByteWriter();
  const positionWriter = new ByteWriter();
  let last = 0;
  for (const { number, weight, positions } of postings) {
    writer.number(number - last);
    writer.number(weight);
    positionWriter.number(positions.length);
    positionWriter.bytes(positions);
    last = number;
  }
  return { postings: writer.take(), positions: positionWriter.take() };
}

export function unpackPostings({ postings, positions }: PostingsRow): Posting[] {
  const reader = new ByteReader(postings);
  const positionReader = new ByteReader(positions);
  const unpacked: Posting[] = [];
  let number = 0;
  while (!reader.isAtEnd) {
    number += reader.number();
    unpacked.push({ number, weight: reader.number(), positions: positionReader.bytes(positionReader.number()) });
  }
  return unpacked;
}

/** As {@link unpackPostings}, without positions: what most searches need, and all that they need fast. */
export function readPostings(postings: Uint8Array): PostingList {
  return readPostingsOf([postings])[0] as PostingList;
}

/** The lists of several rows, which lie together in memory: a common word of a large index has hundreds of rows. */
export function readPostingsOf(rows: readonly Uint8Array[]): PostingList[] {
  const counts = rows.map((postings) => countNumbers(postings) / 2);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const numbers = new Uint32Array(total);
  const weights = new Float64Array(total);
  let start = 0;
  return rows.map((postings, row) => {
    const end = start + (counts[row] ?? 0);
    const list = { numbers: numbers.subarray(start, end), weights: weights.subarray(start, end) };
    start = end;
    fill(list, postings);
    return list;
  });
}

function fill({ numbers, weights }: PostingList, postings: Uint8Array): void {
  const columns = readAll(postings);
  let number = 0;
  for (let index = 0; index < numbers.length; index += 1) {
    number += columns[2 * index] as number;
    numbers[index] = number;
    weights[index] = columns[2 * index + 1] as number;
  }
}

export function packListing(entries: Iterable<Listed>): Uint8Array {
  const writer = new ByteWriter();
  let lastNumber = 0;
  let lastAt = 0;
  for (const { number, kind, length, at } of entries) {
    writer.number(number - lastNumber);
    writer.number(kind);
    writer.number(length);
    writer.signed(at - lastAt);
    lastNumber = number;
    lastAt = at;
  }
  return writer.take();
}

/** A block's entries by column. */
export interface Listing {
  readonly count: number;
  readonly numbers: Uint32Array;
  readonly kinds: Uint32Array;
  readonly lengths: Float64Array;
  readonly times: Float64Array;
}

/** As {@link unpackListing}, fast: a search reads the lists of all blocks in which it finds something. */
export function readListing(listing: Uint8Array): Listing {
  const columns = readAll(listing);
  const count = columns.length / 4;
  const numbers = new Uint32Array(count);
  const kinds = new Uint32Array(count);
  const lengths = new Float64Array(count);
  const times = new Float64Array(count);
  let number = 0;
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    number += columns[4 * index] ?? 0;
    at += toSigned(columns[4 * index + 3] ?? 0);
    numbers[index] = number;
    kinds[index] = columns[4 * index + 1] ?? 0;
    lengths[index] = columns[4 * index + 2] ?? 0;
    times[index] = at;
  }
  return { count, numbers, kinds, lengths, times };
}

export function unpackListing(listing: Uint8Array): Listed[] {
  const reader = new ByteReader(listing);
  const entries: Listed[] = [];
  let number = 0;
  let at = 0;
  while (!reader.isAtEnd) {
    number += reader.number();
    const kind = reader.number();
    const length = reader.number();
    at += reader.signed();
    entries.push({ number, kind, length, at });
  }
  return entries;
}
