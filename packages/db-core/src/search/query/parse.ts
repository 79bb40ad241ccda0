import { ValidationError } from '../../errors/index.ts';
import { STEM } from '../document.ts';
import { tokenize, type Token } from '../tokenizer/tokenize.ts';

/** Something that an entry has or hasn't. */
export type Unit =
  /** Any of these words. */
  | { readonly type: 'words'; readonly terms: readonly string[] }
  /** Any word that begins so. */
  | { readonly type: 'prefix'; readonly prefix: string }
  /** These words, at these places from each other. */
  | { readonly type: 'phrase'; readonly parts: readonly { readonly term: string; readonly offset: number }[] };

/** An entry is found when it has something of every group, every filter, and nothing that is excluded. */
export interface SearchQuery {
  readonly groups: readonly (readonly Unit[])[];
  readonly excluded: readonly Unit[];
  /** As groups of one; they have no part in how good an entry is. */
  readonly filters?: readonly Unit[];
}

/** Must all words be there, any of them, or only what is in quotes? */
export type MatchedWords = 'all' | 'any' | 'quoted';

const LONGEST = 1000;
const MOST_WORDS = 64;
const ITEM = /(?<not>-)?(?:"(?<phrase>[^"]*)"?|(?<bare>[^\s"]+))/gu;

/**
 * Reads what somebody typed: all words must be there, in any form of an English word; `"these words"` next to each other and
 * as they are written; `begin*`; `-without`; `this OR that`. Anything else that isn't a word is passed over.
 *
 * @throws ValidationError when it is too long
 */
export function parseQuery(text: string, match: MatchedWords = 'all'): SearchQuery {
  if (text.length > LONGEST) throw tooLong(`must have at most ${LONGEST} characters`);
  const groups: Unit[][] = [];
  const excluded: Unit[] = [];
  const loose: Unit[] = [];
  let joins = false;
  for (const { groups: item } of text.matchAll(ITEM)) {
    const { not, phrase, bare } = item ?? {};
    if (bare === 'OR' && not === undefined) {
      joins = groups.length > 0;
      continue;
    }
    const units = phrase === undefined ? unitsOf(bare ?? '') : phraseOf(tokenize(phrase), true);
    if (not !== undefined) excluded.push(...units);
    else if (match !== 'all' && phrase === undefined) loose.push(...units);
    else if (joins && units.length === 1) groups.at(-1)?.push(...units);
    else groups.push(...units.map((unit) => [unit]));
    joins = false;
  }
  const words = [...groups.flat(), ...loose, ...excluded].reduce((sum, unit) => sum + sizeOf(unit), 0);
  if (words > MOST_WORDS) throw tooLong(`must have at most ${MOST_WORDS} words, or pairs of characters`);
  if (match === 'any' && loose.length > 0) groups.push(loose);
  return { groups, excluded };
}

/** What somebody typed as a sentence: without signs, and without what is excluded. Empty when nothing remains. */
export function sentenceOf(text: string): string {
  return [...text.matchAll(ITEM)]
    .flatMap(({ groups: item }) => {
      const { not, phrase, bare = '' } = item ?? {};
      if (not !== undefined || bare === 'OR') return [];
      return phrase ?? bare.replace(/\*$/u, '');
    })
    .join(' ')
    .trim();
}

function unitsOf(bare: string): Unit[] {
  const tokens = tokenize(bare);
  const last = tokens.at(-1);
  if (!bare.endsWith('*') || last === undefined || last.form !== 'word') return phraseOf(tokens, false);
  return [...phraseOf(tokens.slice(0, -1), false), { type: 'prefix', prefix: last.text }];
}

/** What is written as one, or in quotes: one word, or several next to each other. */
function phraseOf(tokens: readonly Token[], isExact: boolean): Unit[] {
  const parts = partsOf(tokens);
  const [first] = parts;
  if (first === undefined) return [];
  if (parts.length > 1) {
    const origin = first.position;
    return [{ type: 'phrase', parts: parts.map(({ text, position }) => ({ term: text, offset: position - origin })) }];
  }
  // A single character of Chinese or the like may begin a pair.
  if (first.form === 'last') return [{ type: 'prefix', prefix: first.text }];
  if (isExact || first.form === 'symbol') return [{ type: 'words', terms: [first.text] }];
  const base = first.stem ?? first.text;
  return [{ type: 'words', terms: [base, `${STEM}${base}`] }];
}

/** One token for each place: what has a symbol is meant with it, and what is in a pair needs no place of its own. */
function partsOf(tokens: readonly Token[]): Token[] {
  const parts: Token[] = [];
  for (const token of tokens) {
    const before = parts.at(-1);
    if (token.form === 'symbol' && before?.position === token.position) parts.pop();
    const isInPair = token.form === 'last' && before?.form === 'pair' && before.position === token.position - 1;
    if (!isInPair) parts.push(token);
  }
  return parts;
}

function sizeOf(unit: Unit): number {
  return unit.type === 'phrase' ? unit.parts.length : 1;
}

function tooLong(message: string): ValidationError {
  return new ValidationError(`The input is not valid: query ${message}.`, {
    details: { issues: [{ path: 'query', message }] },
  });
}
