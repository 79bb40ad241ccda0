import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { slicesOf } from '../../src/search/document.ts';
import { fold } from '../../src/search/tokenizer/fold.ts';
import { tokenize } from '../../src/search/tokenizer/tokenize.ts';
import { isCurrentVersion, tokenizerVersion } from '../../src/search/tokenizer/version.ts';

const words = (text: string): string[] => tokenize(text).map((token) => token.text);

describe('the words of a text', () => {
  it.each([
    ['Hello, World!', ['hello', 'world']],
    ['user@x.com', ['user', 'x', 'com']],
    ['v1.2.3', ['v1', '2', '3']],
    ['C++ and F#', ['c', 'c++', 'and', 'f', 'f#']],
    ['1+1', ['1', '1']],
    ['Straße ŁÓDŹ İstanbul', ['strasse', 'lodz', 'istanbul']],
    ['ΟΔΟΣ οδός', ['οδοσ', 'οδοσ']],
    ['ﬁne ＡＢＣ', ['fine', 'abc']],
    ['Москва ещё мой', ['москва', 'еще', 'мой']],
    ['東京都', ['東京', '京都', '都']],
    ['本', ['本']],
    ['Keelson検索', ['keelson', '検索', '索']],
    ['नदी', ['नदी']],
    ['x\u0000y \uD800z', ['x', 'y', 'z']],
  ])('%j', (text, expected) => {
    expect(words(text)).toEqual(expected);
  });

  it('are what readers of Thai see as words', () => {
    expect(words('เด็กกำลังอ่านหนังสือ').length).toBeGreaterThan(2);
  });

  it('have the stem of English words beside them', () => {
    expect(tokenize('connections Verbindungen').map(({ stem }) => stem)).toEqual(['connect', undefined]);
  });

  it('never have a space, are not empty, and lie in the text in order', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));
    fc.assert(
      fc.property(text, (given) => {
        let last = 0;
        for (const token of tokenize(given)) {
          expect(token.text).not.toMatch(/\s|^$|^~/u);
          expect(token.text.isWellFormed()).toBe(true);
          expect(token.start).toBeGreaterThanOrEqual(0);
          expect(token.end).toBeGreaterThan(token.start);
          expect(token.end).toBeLessThanOrEqual(given.length);
          expect(token.position).toBeGreaterThanOrEqual(last);
          last = token.position;
        }
      }),
    );
  });

  it('are bounded in length', () => {
    expect(fold('x'.repeat(1_000_000)).length).toBe(64);
    expect(fold('ﷺ'.repeat(1000)).length).toBeLessThanOrEqual(64);
  });

  it('are the same when a long text is read in pieces that end at spaces', () => {
    const text = Array.from({ length: 30_000 }, (_, number) => `word${number}`).join(' ');
    const slices = [...slicesOf(text)];
    expect(slices.length).toBeGreaterThan(2);
    expect(slices.map(([slice]) => slice).join('')).toBe(text);
    expect(slices.flatMap(([slice]) => words(slice))).toEqual(words(text));
  });

  it('are of a version, which has ICU in it only where dictionaries had a part', () => {
    expect(tokenizerVersion('abc', false)).not.toContain('icu');
    expect(isCurrentVersion(tokenizerVersion('abc', true), 'abc')).toBe(true);
    expect(isCurrentVersion(tokenizerVersion('abc', false), 'other')).toBe(false);
    expect(isCurrentVersion('0:abc', 'abc')).toBe(false);
  });
});
