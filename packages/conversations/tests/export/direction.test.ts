import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { directionsOf } from '../../src/export/pdf/direction.ts';

/** The stretches of a text as they stand from the left; those that are read from the right are marked. */
function shown(text: string, [from, to]: readonly [number, number] = [0, text.length], base?: 'ltr'): string[] {
  const stretches = directionsOf(text, base)?.stretches(from, to) ?? [];
  return stretches.map(({ text: part, isRightToLeft }) => `${isRightToLeft ? '<' : ''}${part}`);
}

const byText = (a: string, b: string): number => (a < b ? -1 : 1);

describe('text that is read from right to left', () => {
  it('stands where it is looked for, with its numbers and brackets', () => {
    expect(directionsOf('plain text (1)')).toBeUndefined();
    // Brackets are turned before the font engine turns the stretch round.
    expect(shown('say שלום (עולם) now')).toEqual(['say ', '<שלום )עולם(', ' now']);
    expect(shown('יש 42 תווים')).toEqual(['< תווים', '42', '<יש ']);
    expect(shown('שלום English!')).toEqual(['<!', 'English', '<שלום ']);
    expect(shown('אב عربي')).toEqual(['<عربي', '<אב ']);
  });

  it('begins at the right when its first letter does, but not in code', () => {
    expect(directionsOf('1. שלום and on')?.isRightToLeft).toBe(true);
    expect(directionsOf('and on שלום')?.isRightToLeft).toBe(false);
    expect(directionsOf('שלום = 1;', 'ltr')?.isRightToLeft).toBe(false);
    expect(shown('שם = 1;', undefined, 'ltr')).toEqual(['1', '<שם = ', ';']);
  });

  it('is broken into lines before it is turned round', () => {
    const text = 'אחת שתיים שלוש';
    expect(shown(text, [0, 9])).toEqual(['<אחת שתיים']);
    expect(shown(text, [10, 14])).toEqual(['<שלוש']);
  });

  it('has every character once, wherever a line ends', () => {
    const piece = fc.constantFrom(
      'א',
      'ב',
      'ع',
      'a',
      '1',
      ' ',
      '(',
      ')',
      '.',
      '字',
      '😀',
      '𞤀',
      '𐡀',
      '\u200F',
      '\u202B',
      '\u202C',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.nat(40), (pieces, at) => {
        const text = pieces.join('');
        const directions = directionsOf(text);
        if (directions === undefined) return;
        const end = text.slice(0, Math.min(at, text.length)).toWellFormed().includes('\uFFFD') ? text.length : at;
        const parts = [
          ...directions.stretches(0, end),
          ...directions.stretches(Math.min(end, text.length), text.length),
        ];
        const sorted = (all: string): string => Array.from(all.replaceAll(/[()]/gu, '|')).toSorted(byText).join('');
        expect(sorted(parts.map((part) => part.text).join(''))).toBe(sorted(text));
      }),
      { numRuns: 300 },
    );
  });
});
