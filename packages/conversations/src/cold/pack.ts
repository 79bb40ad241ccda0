import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { ColdStorageDamagedError } from '../errors.ts';
import type { findPart, listRowsAfter } from '../repositories/cold.repository.ts';

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** A message with all its columns. */
export type ColdRow = (typeof listRowsAfter)['row'];
export type PartRow = (typeof findPart)['row'];

/** Messages as they are stored. */
export interface Packed {
  readonly data: Uint8Array;
  readonly dataBytes: number;
  readonly textBytes: number;
  /** SHA-256 of the text. */
  readonly digest: string;
}

/** One message a line: what anybody can read who has `gunzip`. */
export async function pack(rows: readonly ColdRow[]): Promise<Packed> {
  const text = linesOf(rows);
  const data = await compress(text);
  return { data, dataBytes: data.byteLength, textBytes: text.byteLength, digest: digestOf(text) };
}

/** What the digest of these messages is, packed together. */
export function digestOfRows(rows: readonly ColdRow[]): string {
  return digestOf(linesOf(rows));
}

function linesOf(rows: readonly ColdRow[]): Buffer {
  return Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

/** @throws ColdStorageDamagedError when it isn't what was packed */
export async function unpack(part: PartRow): Promise<ColdRow[]> {
  const text = await textOf(part);
  const rows = text === '' ? [] : text.trimEnd().split('\n').map(toRow);
  if (rows.length !== part.messages) throw damaged(part, `it has ${rows.length} messages instead of ${part.messages}`);
  return rows;
}

async function textOf(part: PartRow): Promise<string> {
  let text: Buffer;
  try {
    text = await decompress(part.data);
  } catch (error) {
    throw damaged(part, 'it cannot be decompressed', error);
  }
  if (digestOf(text) !== part.digest) throw damaged(part, 'its text has another digest');
  return text.toString();
}

/** The digest says that it is a row as it was written. */
function toRow(line: string): ColdRow {
  const row = JSON.parse(line) as Omit<ColdRow, 'created_at'> & { readonly created_at: string };
  return { ...row, created_at: new Date(row.created_at) };
}

function digestOf(text: Uint8Array): string {
  return createHash('sha256').update(text).digest('hex');
}

function damaged({ conversation_id: id, part }: PartRow, what: string, cause?: unknown): ColdStorageDamagedError {
  return ColdStorageDamagedError.of(id, `part ${part}: ${what}`, cause);
}
