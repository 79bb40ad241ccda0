import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ValidationError } from '../../src/index.ts';
import { Best, compare } from '../../src/search/query/best.ts';
import { union } from '../../src/search/query/lists.ts';
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
  it('are the first of all in order, with those that are as good as the last, and as the place they come after', () => {
    const place = { score: fc.integer({ min: 1, max: 4 }), at: fc.integer({ min: 1, max: 3 }) };
    const after = fc.option(fc.record({ ...place, id: fc.constant('') }), { nil: undefined });
    const some = fc.array(fc.record(place), { maxLength: 60 });
    fc.assert(
      fc.property(some, fc.integer({ min: 1, max: 10 }), after, (places, count, begin) => {
        const matches = places.map((each, index) => ({ ...each, number: index + 1 }));
        const best = new Best(count, begin);
        for (const match of matches) {
          if (match.score >= best.floor && match.score <= best.ceiling) best.offer(match);
        }
        const asGood = matches.filter((each) => begin !== undefined && compare(each, begin) === 0);
        const later = matches
          .filter((each) => begin === undefined || compare(each, begin) > 0)
          .toSorted((one, other) => compare(one, other) || one.number - other.number);
        const last = later.length > count ? later[count - 1] : undefined;
        const taken = later.filter((each, index) => index < count || (last !== undefined && compare(each, last) === 0));
        const numbers = [...asGood, ...taken].map(({ number }) => number).sort((one, other) => one - other);
        expect(
          best
            .taken()
            .map(({ number }) => number)
            .toSorted((one, other) => one - other),
        ).toEqual(numbers);
        expect(best.isBounded).toBe(false);
      }),
    );
  });

  it('are bounded where too many are equally good, and then those with the lowest numbers', () => {
    const best = new Best(2, undefined);
    for (let number = 1; number <= 1500; number += 1) best.offer({ number, score: 1, at: 1 });
    expect(best.isBounded).toBe(true);
    expect(best.taken().map(({ number }) => number)).toEqual(Array.from({ length: 1002 }, (_, index) => index + 1));
  });
});

describe('who has any of some words', () => {
  it('has what they weigh together, in the order of numbers', () => {
    const weights = fc.dictionary(fc.integer({ min: 1, max: 30 }).map(String), fc.integer({ min: 1, max: 9 }));
    fc.assert(
      fc.property(fc.array(weights, { minLength: 1, maxLength: 4 }), (words) => {
        const all = new Map<number, number>();
        for (const [number, weight] of words.flatMap((word) => Object.entries(word)))
          all.set(Number(number), (all.get(Number(number)) ?? 0) + weight);
        const { numbers, weights: together } = union(
          words.map((word) => ({
            numbers: Uint32Array.from(Object.keys(word), Number),
            weights: Float64Array.from(Object.values(word)),
          })),
        );
        expect([...numbers].map((number, index) => [number, together[index]])).toEqual(
          [...all].toSorted(([one], [other]) => one - other),
        );
      }),
    );
  });
});
