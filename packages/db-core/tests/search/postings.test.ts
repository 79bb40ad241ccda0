import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  blockOf,
  packListing,
  packPositions,
  packPostings,
  postingsId,
  readListing,
  readPostings,
  termOf,
  unpackListing,
  unpackPositions,
  unpackPostings,
} from '../../src/search/postings.ts';

const ascending = fc
  .uniqueArray(fc.integer({ min: 1, max: 2 ** 31 }), { maxLength: 50 })
  .map((numbers) => numbers.sort((one, other) => one - other));

describe('packed postings', () => {
  it('give back what was packed', () => {
    fc.assert(
      fc.property(ascending, fc.array(ascending, { minLength: 50, maxLength: 50 }), (numbers, places) => {
        const postings = numbers.map((number, index) => ({
          number,
          weight: (index + 1) * 100,
          positions: packPositions(places[index] ?? []),
        }));
        const row = packPostings(postings);
        expect(unpackPostings(row).map(({ positions }) => unpackPositions(positions))).toEqual(
          places.slice(0, numbers.length),
        );
        const { numbers: read, weights } = readPostings(row.postings);
        expect([...read]).toEqual(numbers);
        expect([...weights]).toEqual(postings.map(({ weight }) => weight));
      }),
    );
  });

  it('list entries with times before and after each other', () => {
    fc.assert(
      fc.property(ascending, fc.integer({ min: -1e15, max: 1e15 }), (numbers, at) => {
        const entries = numbers.map((number, index) => ({
          number,
          kind: index % 3,
          length: index * 1000,
          at: index % 2 === 0 ? at : -at,
        }));
        const packed = packListing(entries);
        expect(unpackListing(packed)).toEqual(entries.map((entry) => ({ ...entry, at: entry.at + 0 })));
        const { count, numbers: read, kinds, lengths, times } = readListing(packed);
        expect(
          Array.from({ length: count }, (_, index) => ({
            number: read[index],
            kind: kinds[index],
            length: lengths[index],
            at: (times[index] ?? 0) + 0,
          })),
        ).toEqual(entries.map((entry) => ({ ...entry, at: entry.at + 0 })));
      }),
    );
  });

  it('keep the blocks of a word together and in order', () => {
    const ids = [postingsId('c++', 36), postingsId('c', 2), postingsId('ca', 1), postingsId('c', 40_000)];
    expect(ids.sort().map((id) => [termOf(id), blockOf(id)])).toEqual([
      ['c', 2],
      ['c', 40_000],
      ['c++', 36],
      ['ca', 1],
    ]);
  });
});
