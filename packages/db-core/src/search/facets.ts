import { createHash } from 'node:crypto';
import type { SearchSource, SourceRow } from './source.ts';
import type { Unit } from './query/parse.ts';

export type FacetValue = string | number | boolean | null;

/** The values that are let through, by facet. All facets have to agree; of one's values any will do. */
export type FacetFilters = Readonly<Record<string, readonly string[]>>;

/** Marks a word of the index that is a facet's value. No word of a text begins with it. */
const FACET = '=';
const LONGEST = 100;

/** A facet's value as a word of the index: without spaces, and no longer than a row may be. */
function facetTerm(facet: string, value: string): string {
  const encoded = encodeURIComponent(value.toWellFormed());
  const short =
    encoded.length <= LONGEST ? encoded : `${FACET}${createHash('sha256').update(value).digest('base64url')}`;
  return `${FACET}${facet}:${short}`;
}

/** The words by which an entry's facets are found. */
export function facetTerms(source: SearchSource, row: SourceRow): string[] {
  return [...source.facets].flatMap(([name, form]) => {
    const value = row.facets[name] ?? null;
    return form === 'indexed' && value !== null ? [facetTerm(name, value)] : [];
  });
}

/** What the index has to find so that the filters let an entry through. */
export function facetUnits(filters: FacetFilters, sources: readonly SearchSource[]): Unit[] {
  return Object.entries(filters)
    .filter(([name]) => sources.every(({ facets }) => facets.get(name) === 'indexed'))
    .map(([name, values]) => ({ type: 'words', terms: [...new Set(values.map((value) => facetTerm(name, value)))] }));
}

/** Do the filters let the row through as it is now? */
export function isLetThrough(row: SourceRow, filters: FacetFilters): boolean {
  return Object.entries(filters).every(([name, values]) => {
    const value = row.facets[name] ?? null;
    return value !== null && values.includes(value);
  });
}
