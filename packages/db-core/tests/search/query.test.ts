import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ValidationError } from '../../src/index.ts';
import { bestOf } from '../../src/search/query/best.ts';
import { parseQuery } from '../../src/search/query/parse.ts';

const word = (term: string): unknown => ({ type: 'words', terms: [term, `~${term}`] });

describe('a query', () => {
  it('has words, phrases, beginnings, exclusions and alternatives', () => {
    expect(parseQuery('connections "two words" begin* -not one OR two')).toEqual({
      groups: [
        [word('connect')],
        [
          {
            type: 'phrase',
            parts: [
              { term: 'two', offset: 0 },
              { term: 'words', offset: 1 },
            ],
          },
        ],
        [{ type: 'prefix', prefix: 'begin' }],
        [word('on'), word('two')].map((unit, index) => (index === 0 ? word('one') : unit)),
      ],
      excluded: [word('not')],
    });
  });

  it.each(['', ' ', '"', '""', '-', '*', 'OR', '- -', '"" OR ""', '((', '\u0000', '+++'])(
    '%j asks for nothing',
    (text) => {
      expect(parseQuery(text)).toEqual({ groups: [], excluded: [] });
    },
  );

  it('refuses only what is too long', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 1200 }), (text) => {
        try {
          const { groups, excluded } = parseQuery(text);
          expect(groups.flat().length + excluded.length).toBeLessThanOrEqual(64);
        } catch (error) {
          expect(error).toBeInstanceOf(ValidationError);
        }
      }),
    );
    expect(() => parseQuery('x'.repeat(1001))).toThrow(ValidationError);
    expect(() => parseQuery('a b '.repeat(40))).toThrow('64 words');
  });
});

describe('the best of what was found', () => {
  it('are the first of all in order, with those that are as good as the last', () => {
    const match = fc.record({ score: fc.integer({ min: 1, max: 4 }), at: fc.integer({ min: 1, max: 3 }) });
    fc.assert(
      fc.property(fc.array(match, { maxLength: 60 }), fc.integer({ min: 1, max: 10 }), (matches, count) => {
        const columns = {
          numbers: Float64Array.from(matches, (_, index) => index + 1),
          scores: Float64Array.from(matches, ({ score }) => score),
          times: Float64Array.from(matches, ({ at }) => at),
        };
        const sorted = matches.toSorted((one, other) => other.score - one.score || other.at - one.at);
        const key = ({ score, at }: { score: number; at: number }): string => `${score} ${at}`;
        const last = sorted[Math.min(count, sorted.length) - 1];
        const expected = sorted.filter(
          (each, index) => index < count || (last !== undefined && sorted.length > count && key(each) === key(last)),
        );
        const { best } = bestOf(columns, count, undefined);
        expect(best.map(key).sort()).toEqual(expected.map(key).sort());
      }),
    );
  });
});
