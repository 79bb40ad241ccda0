import { STEM, slicesOf } from '../document.ts';
import { Tokenizer, type Token } from '../tokenizer/tokenize.ts';
import type { SearchQuery, Unit } from './parse.ts';

/** A part of a text: UTF-16 units, the end not included. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** What was found in one text of an entity. */
export interface FieldHighlights {
  readonly field: string;
  /** Ranges of the whole text that answer the query, in order, not overlapping; 100 at most. */
  readonly ranges: readonly TextRange[];
  /** The part of the text to show: around the place where most is found. */
  readonly excerpt: TextRange & { readonly text: string };
}

const MOST_RANGES = 100;
const EXCERPT = 200;
const LEAD = 60;

/** How many characters are looked through, of all texts together. */
export class HighlightBudget {
  left = 1_000_000;
}

/** Finds in the texts what the query asked for. Texts in which there is nothing are left out. */
export function highlight(
  query: SearchQuery,
  texts: Readonly<Record<string, string>>,
  budget: HighlightBudget,
): FieldHighlights[] {
  const units = query.groups.flat();
  return Object.entries(texts).flatMap(([field, text]) => {
    const ranges = rangesIn(text, units, budget);
    return ranges.length === 0 ? [] : [{ field, ranges, excerpt: excerptOf(text, ranges) }];
  });
}

/** Of the first piece of the text that has any. */
function rangesIn(text: string, units: readonly Unit[], budget: HighlightBudget): TextRange[] {
  for (const [slice, offset] of slicesOf(text)) {
    if (budget.left <= 0) return [];
    budget.left -= slice.length;
    const tokens: Token[] = [];
    new Tokenizer((token) => tokens.push(token)).read(slice, offset);
    const found = units.flatMap((unit) => rangesOf(unit, tokens));
    if (found.length > 0) return merged(found).slice(0, MOST_RANGES);
  }
  return [];
}

function rangesOf(unit: Unit, tokens: readonly Token[]): TextRange[] {
  switch (unit.type) {
    case 'prefix':
      return tokens.filter(({ text }) => text.startsWith(unit.prefix)).map((token) => beginning(token, unit.prefix));
    case 'words': {
      const terms = new Set(unit.terms);
      return tokens.filter(({ text, stem }) => terms.has(text) || (stem !== undefined && terms.has(`${STEM}${stem}`)));
    }
    case 'phrase':
      return phraseRanges(unit.parts, tokens);
  }
}

/** All of a word; of a pair of characters only what was asked for, unless folding made other characters of it. */
function beginning({ text, form, start, end }: Token, prefix: string): TextRange {
  const isPart = form === 'pair' && end - start === text.length;
  return { start, end: isPart ? start + prefix.length : end };
}

function phraseRanges(
  parts: readonly { readonly term: string; readonly offset: number }[],
  tokens: readonly Token[],
): TextRange[] {
  const byPlace = new Map(tokens.map((token) => [`${token.position} ${token.text}`, token]));
  const [first] = parts;
  return tokens.flatMap((token) => {
    if (token.text !== first?.term) return [];
    const words = parts.flatMap(({ term, offset }) => byPlace.get(`${token.position + offset} ${term}`) ?? []);
    return words.length === parts.length ? [{ start: token.start, end: Math.max(...words.map(({ end }) => end)) }] : [];
  });
}

function merged(ranges: readonly TextRange[]): TextRange[] {
  const result: { start: number; end: number }[] = [];
  for (const { start, end } of ranges.toSorted((one, other) => one.start - other.start || other.end - one.end)) {
    const last = result.at(-1);
    if (last !== undefined && start < last.end) last.end = Math.max(last.end, end);
    else result.push({ start, end });
  }
  return result;
}

function excerptOf(text: string, ranges: readonly TextRange[]): FieldHighlights['excerpt'] {
  let best = ranges[0] as TextRange;
  let most = 0;
  for (const range of ranges) {
    const within = ranges.filter(
      ({ start, end }) => start >= range.start && end <= range.start + EXCERPT - LEAD,
    ).length;
    if (within > most) [best, most] = [range, within];
  }
  const from = best.start <= LEAD ? 0 : wordStart(text, best.start - LEAD, best.start);
  const to = Math.min(text.length, Math.max(best.end, from + EXCERPT));
  const end = to === text.length ? to : wordEnd(text, to, best.end);
  return { start: from, end, text: text.slice(from, end) };
}

/** The beginning of a part of a text, where nothing in it is to be marked. */
export function excerptAt(
  text: string,
  { field, start, end }: TextRange & { readonly field: string },
): FieldHighlights {
  const shown = end - start <= EXCERPT ? end : wordEnd(text, start + EXCERPT, start + EXCERPT / 2);
  return { field, ranges: [], excerpt: { start, end: shown, text: text.slice(start, shown) } };
}

/** After the next space, or where it was asked for when there is none; never between the halves of a character. */
function wordStart(text: string, from: number, before: number): number {
  for (let index = from; index < before; index += 1) if (/\s/u.test(text.charAt(index))) return index + 1;
  return isSecondHalf(text, from) ? from + 1 : from;
}

function wordEnd(text: string, to: number, after: number): number {
  for (let index = to; index > after; index -= 1) if (/\s/u.test(text.charAt(index))) return index;
  return isSecondHalf(text, to) ? to - 1 : to;
}

function isSecondHalf(text: string, index: number): boolean {
  return /[\uDC00-\uDFFF]/.test(text.charAt(index));
}
