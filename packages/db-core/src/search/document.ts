import { createHash } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import { facetTerms } from './facets.ts';
import { packPositions } from './postings.ts';
import type { SearchSource, SourceRow } from './source.ts';
import { type Token, Tokenizer } from './tokenizer/tokenize.ts';
import { tokenizerVersion } from './tokenizer/version.ts';

/** A row as the index takes it. */
export interface IndexDocument {
  /** Every word with what it weighs in the row, and its positions, packed. */
  readonly terms: ReadonlyMap<string, { readonly weight: number; readonly positions: Uint8Array }>;
  readonly length: number;
  /** How many words there are to be written. */
  readonly tokens: number;
  readonly tokenizer: string;
}

/** Words of different fields are never neighbours. */
const FIELD_GAP = 1000;
/** So much is read at a stretch; then others get their turn. It takes a few milliseconds. */
const SLICE = 65_536;

/** Marks the stem of a word that has another form. No word begins with it. */
export const STEM = '~';

/** What tells one text from another. */
export function contentHash(source: SearchSource, row: SourceRow): string {
  return createHash('sha256')
    .update(JSON.stringify([row.texts, row.at.getTime(), ...facetTerms(source, row)]))
    .digest('base64url');
}

/** Takes the words from a row. Long texts are read in pieces, between which the program does other work. */
export async function toDocument(source: SearchSource, row: SourceRow): Promise<IndexDocument> {
  const terms = new Map<string, { weight: number; positions: number[] }>();
  let weight = 1;
  let length = 0;
  let tokens = 0;
  const note = (term: string, position: number): void => {
    const known = terms.get(term);
    if (known === undefined) terms.set(term, { weight, positions: [position] });
    else {
      known.weight += weight;
      known.positions.push(position);
    }
  };
  let firstPosition = 0;
  let usedDictionary = false;
  for (const field of source.fields) {
    weight = field.weight;
    const tokenizer = new Tokenizer(({ text, stem, position, form }: Token) => {
      tokens += 1;
      if (form !== 'symbol') length += weight;
      note(text, position);
      if (stem !== undefined) note(`${STEM}${stem}`, position);
    }, firstPosition);
    for (const [slice, offset] of slicesOf(row.texts[field.name] ?? '')) {
      if (offset > 0) await breathe();
      tokenizer.read(slice, offset);
    }
    usedDictionary ||= tokenizer.usedDictionary;
    firstPosition = tokenizer.position + FIELD_GAP;
  }
  // What has no text isn't found, by facets either.
  if (terms.size > 0) for (const term of facetTerms(source, row)) terms.set(term, { weight: 1, positions: [] });
  const packed = new Map(
    [...terms].map(([term, { weight: sum, positions }]) => [
      term,
      { weight: sum, positions: packPositions(positions) },
    ]),
  );
  return { terms: packed, length, tokens, tokenizer: tokenizerVersion(source.version, usedDictionary) };
}

/** The text in pieces that end at a space, where there is one. */
export function* slicesOf(text: string): Generator<readonly [slice: string, offset: number]> {
  let start = 0;
  while (text.length - start > SLICE) {
    const end = cutBefore(text, start, start + SLICE);
    yield [text.slice(start, end), start];
    start = end;
  }
  yield [text.slice(start), start];
}

function cutBefore(text: string, start: number, wanted: number): number {
  const lowest = Math.max(start + 1, wanted - 1024);
  for (let end = wanted; end > lowest; end -= 1) {
    if (/\s/u.test(text.charAt(end - 1))) return end;
  }
  // Between the halves of a character it must not be.
  return /[\uDC00-\uDFFF]/.test(text.charAt(wanted)) ? wanted - 1 : wanted;
}
