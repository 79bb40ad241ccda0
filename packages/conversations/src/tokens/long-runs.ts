import type { CountText } from './tokenizer.ts';

/** Pieces up to this length cost next to nothing; beyond it the time grows with the square of the length. */
const LONG = 256;
const SLICE = 128;
/** Of a run so much is counted; the rest is taken to be like it. */
const MAX_COUNTED_OF_RUN = 1_024;

/** What a tokenizer takes as one piece is within one of these: letters, spaces, or signs with the line breaks after them. */
const RUNS = /[\p{L}\p{M}]+|\s+|(?:[^\s\p{L}\p{N}]|[\r\n])+|\p{N}+/gu;

const LETTER = 1;
const DIGIT = 2;
const SPACE = 3;
const SIGN = 4;

/** The kind of each ASCII character. */
const KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[a-z]/i.test(character)) return LETTER;
  if (/\d/.test(character)) return DIGIT;
  return /\s/.test(character) ? SPACE : SIGN;
});

/**
 * Could there be a long run? A quick look: characters beyond ASCII are taken to go on with whatever stands before them, so
 * that it says yes too often rather than too seldom.
 */
export function hasLongRun(text: string): boolean {
  if (text.length <= LONG) return false;
  let kind = 0;
  let length = 0;
  for (let index = 0; index < text.length; index += 1) {
    const own = KINDS[text.charCodeAt(index)];
    // Signs and line breaks in turn are one piece.
    const isOfSigns = kind === SIGN && own === SPACE && (text[index] === '\n' || text[index] === '\r');
    if (own === undefined || own === kind || isOfSigns) length += 1;
    else [kind, length] = [own, 1];
    if (length > LONG) return true;
  }
  return false;
}

/** Counts what lies between long runs as it is, and those in slices. */
export function countLongRuns(text: string, count: CountText): number {
  let tokens = 0;
  let start = 0;
  for (const { 0: run, index } of text.matchAll(RUNS)) {
    if (run.length <= LONG) continue;
    tokens += count(text.slice(start, index)) + countRun(run, count);
    start = index + run.length;
  }
  return tokens + count(text.slice(start));
}

function countRun(run: string, count: CountText): number {
  const counted = Math.min(run.length, MAX_COUNTED_OF_RUN);
  let tokens = 0;
  for (let start = 0; start < counted; start += SLICE) {
    tokens += count(run.slice(start, Math.min(start + SLICE, counted)).toWellFormed());
  }
  return Math.ceil((tokens / counted) * run.length);
}
