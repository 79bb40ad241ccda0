import type { EmbeddingSource } from '../../vectors/contract.ts';
import { contentHash } from '../document.ts';
import type { SearchSource, SourceRow } from '../source.ts';

/** Raised with every change of how texts are taken apart. */
const RULES = 1;
/** A few sentences: what a small model can say of more than that is vague. */
const LONGEST = 800;
/** The end of one part begins the next one, so that what lies on the border is whole in one of them. */
const OVERLAP = 100;
/** Of one row; the rest, beyond some 700,000 characters, is found by its words only. */
const MOST_PARTS = 1000;

export interface RowPart {
  readonly field: string;
  readonly start: number;
  readonly end: number;
}

/** The parts in which a row is embedded. Blank ones are none. */
export function partsOf(source: SearchSource, { texts }: SourceRow): RowPart[] {
  const parts: RowPart[] = [];
  for (const { name } of source.fields) {
    const text = texts[name] ?? '';
    let start = 0;
    while (start < text.length && parts.length < MOST_PARTS) {
      const end =
        text.length - start <= LONGEST ? text.length : borderBefore(text, start + LONGEST, start + LONGEST / 2);
      if (text.slice(start, end).trim() !== '') parts.push({ field: name, start, end });
      if (end === text.length) break;
      start = borderBefore(text, end - OVERLAP, end - 2 * OVERLAP);
    }
  }
  return parts;
}

/** What tells whether a row has to be embedded anew. */
export function embeddingHash(entryHash: string): string {
  return `${RULES}:${entryHash}`;
}

export function toEmbeddingSource(source: SearchSource, row: SourceRow): EmbeddingSource {
  const hash = embeddingHash(contentHash(source, row));
  const parts = partsOf(source, row).map(({ field, start, end }, part) => ({
    part,
    text: (row.texts[field] ?? '').slice(start, end),
    hash,
  }));
  return { kind: source.kind, entityId: row.id, parts };
}

/** After the last sentence or line before a place, else after the last space; never between the halves of a character. */
function borderBefore(text: string, place: number, lowest: number): number {
  for (const border of [/[.!?\n。！？]/u, /\s/u]) {
    for (let end = place; end > lowest; end -= 1) if (border.test(text.charAt(end - 1))) return end;
  }
  return /[\uDC00-\uDFFF]/.test(text.charAt(place)) ? place - 1 : place;
}
