import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuseRanks, ValidationError } from '../../src/index.ts';

const ids = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'), { maxLength: 10 });
const list = fc.record({ weight: fc.double({ min: 0.01, max: 100, noNaN: true }), ids });
const lists = fc.array(list, { maxLength: 6 });

describe('fusing ranks', () => {
  it('adds what each place is worth', () => {
    const fused = fuseRanks([
      { weight: 1, ids: ['a', 'b'] },
      { weight: 2, ids: ['b', 'c'] },
    ]);
    expect(fused.map(({ id }) => id)).toEqual(['b', 'c', 'a']);
    expect(fused.map(({ score }) => score)).toEqual([1 / 62 + 2 / 61, 2 / 62, 1 / 61]);
  });

  it('gives equal ones by id, and no more than asked for', () => {
    const equal = [
      { weight: 1, ids: ['b', 'a'] },
      { weight: 1, ids: ['a', 'b'] },
    ];
    expect(fuseRanks(equal).map(({ id }) => id)).toEqual(['a', 'b']);
    expect(fuseRanks(equal, { limit: 1 }).map(({ id }) => id)).toEqual(['a']);
    expect(fuseRanks([], { limit: 5 })).toEqual([]);
  });

  it('counts an id once in each list', () => {
    expect(fuseRanks([{ weight: 1, ids: ['a', 'a', 'b'] }])).toEqual(fuseRanks([{ weight: 1, ids: ['a', 'b'] }]));
  });

  it('keeps the order of a single list', () => {
    fc.assert(
      fc.property(list, (only) => {
        expect(fuseRanks([only]).map(({ id }) => id)).toEqual(only.ids);
      }),
    );
  });

  it('does not depend on the order of the lists', () => {
    fc.assert(
      fc.property(lists, (given) => {
        expect(fuseRanks(given.toReversed())).toEqual(fuseRanks(given));
      }),
    );
  });

  it('gives every id of every list once, the best first', () => {
    fc.assert(
      fc.property(lists, (given) => {
        const fused = fuseRanks(given);
        expect(fused.map(({ id }) => id).sort()).toEqual([...new Set(given.flatMap((one) => one.ids))].sort());
        for (const [index, { score }] of fused.entries())
          expect(score).toBeLessThanOrEqual(fused[index - 1]?.score ?? 1e9);
      }),
    );
  });

  it('never ranks an id lower for a better place', () => {
    fc.assert(
      fc.property(lists, list, (others, given) => {
        fc.pre(given.ids.length > 1);
        const last = given.ids.at(-1)!;
        const rankOf = (own: readonly string[]): number =>
          fuseRanks([...others, { ...given, ids: own }]).findIndex(({ id }) => id === last);
        expect(rankOf([last, ...given.ids.slice(0, -1)])).toBeLessThanOrEqual(rankOf(given.ids));
      }),
    );
  });

  it.each([
    ['a weight of 0', () => fuseRanks([{ weight: 0, ids: ['a'] }])],
    ['no number', () => fuseRanks([{ weight: Number.NaN, ids: ['a'] }])],
    ['a k below 0', () => fuseRanks([], { k: -1 })],
    ['half an id', () => fuseRanks([], { limit: 0.5 })],
  ])('refuses %s', (_, fuse) => {
    expect(fuse).toThrow(ValidationError);
  });
});
