import { stemmer } from 'stemmer';

/**
 * Only words that can be English: of plain letters, and long enough to have an ending. Words of other languages in plain
 * letters are cut in the same way wherever they are; that finds a little more than it should, and never less.
 */
const PERHAPS_ENGLISH = /^[a-z]{4,24}$/;

/** The stem of an English word; undefined where the word is its own. */
export function stem(word: string): string | undefined {
  if (!PERHAPS_ENGLISH.test(word)) return undefined;
  const stemmed = stemmer(word);
  return stemmed === word ? undefined : stemmed;
}
