import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WriteMarks } from '../../src/replicas/marks.ts';
import { hasReplayed } from '../../src/replicas/server.ts';

describe('marks of writes', () => {
  it('ask for a look that begins after the write', () => {
    const marks = new WriteMarks();
    const first = marks.look();
    marks.wrote('ada');
    expect(marks.neededBy('ada')).toBeGreaterThan(first);
    expect(marks.neededBy('bob')).toBe(first);
    expect(marks.neededBy('ada')).toBe(marks.look());
  });

  it('hold for everybody where no user is named, and at first', () => {
    const marks = new WriteMarks();
    expect(marks.neededBy('ada')).toBe(marks.look());
    marks.wrote();
    expect(marks.neededBy('ada')).toBe(marks.look());
  });

  it('are forgotten once they are reached', () => {
    const marks = new WriteMarks();
    marks.wrote('ada');
    const look = marks.look();
    marks.wrote('bob');
    marks.reached(look);
    expect(marks.size).toBe(1);
    expect(marks.neededBy('bob')).toBeGreaterThan(look);
  });

  it('are bounded, and never ask for less than was written', () => {
    const act = fc.oneof(
      fc.record({ type: fc.constant('wrote' as const), user: fc.integer({ min: 0, max: 9 }) }),
      fc.record({ type: fc.constantFrom('look' as const, 'everybody' as const), user: fc.constant(0) }),
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        const marks = new WriteMarks(3);
        const least = new Map<string, number>();
        let next = 1;
        for (const { type, user } of acts) {
          if (type === 'look') next = marks.look() + 1;
          else if (type === 'wrote') {
            marks.wrote(String(user));
            least.set(String(user), next);
          } else {
            marks.wrote();
            for (let each = 0; each < 10; each += 1) least.set(String(each), next);
          }
          expect(marks.size).toBeLessThanOrEqual(3);
          for (const [each, needed] of least) expect(marks.neededBy(each)).toBeGreaterThanOrEqual(needed);
          // Nor for more than the next look, or nobody could ever read from a replica.
          for (const each of least.keys()) expect(marks.neededBy(each)).toBeLessThanOrEqual(next);
        }
      }),
    );
  });
});

describe('a place in the log', () => {
  const page = 8192;

  it.each([
    ['the same', 5 * page + 100, 5 * page + 100, true],
    ['further', 5 * page + 108, 5 * page + 100, true],
    ['before', 5 * page + 100, 5 * page + 108, false],
    ['at the end of a page, where the next record comes after its header', 5 * page, 5 * page + 24, true],
    ['at the end of a file, whose header is longer', 5 * page, 5 * page + 40, true],
    ['at the end of a page, with a record after it', 5 * page, 5 * page + 48, false],
    ['within a page, by as much', 5 * page + 24, 5 * page + 48, false],
  ])('is reached or not: %s', (_, replayed, position, expected) => {
    expect(hasReplayed(replayed, position)).toBe(expected);
  });
});
