/** Longer words are cut: what is longer is no word, and an index row has to stay short. */
const LONGEST = 64;
const ONLY_ASCII = /^\p{ASCII}*$/u;

/** Marks that change a letter's sound or accent. In Indian and other scripts marks are vowels, and stay. */
const ACCENTED = /([\p{Script=Latin}\p{Script=Greek}\p{Script=Arabic}\p{Script=Hebrew}])\p{Mn}+/gu;

/** Letters that Unicode doesn't take apart, and that people leave out or write otherwise. */
const ALIKE: ReadonlyMap<string, string> = new Map([
  ['ß', 'ss'],
  ['æ', 'ae'],
  ['œ', 'oe'],
  ['ø', 'o'],
  ['đ', 'd'],
  ['ð', 'd'],
  ['ł', 'l'],
  ['þ', 'th'],
  ['ı', 'i'],
  ['ς', 'σ'],
  ['ё', 'е'],
  ['ى', 'ي'],
  ['ة', 'ه'],
  ['ـ', ''],
]);
const ALIKE_PATTERN = new RegExp(`[${[...ALIKE.keys()].join('')}]`, 'gu');
const NO_WORD = /[^\p{L}\p{N}\p{M}]+/gu;

/**
 * The form in which a word is compared: compatibility forms and case folded, accents taken off Latin, Greek, Arabic and
 * Hebrew letters. Empty when nothing of a word remains.
 */
export function fold(word: string): string {
  if (ONLY_ASCII.test(word)) return word.toLowerCase().slice(0, LONGEST);
  const folded = word
    .slice(0, 4 * LONGEST)
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFD')
    .replace(ACCENTED, '$1')
    .normalize('NFC')
    .replace(ALIKE_PATTERN, (letter) => ALIKE.get(letter) ?? letter)
    .replace(NO_WORD, '');
  return folded.slice(0, LONGEST).toWellFormed();
}
