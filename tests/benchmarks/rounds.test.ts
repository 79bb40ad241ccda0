import { describe, expect, it } from 'vitest';
import { race, ratios, summarize, turns } from './rounds.ts';

describe('turns', () => {
  it('gives everybody a turn in every round', () => {
    const items = ['a', 'b', 'c'];
    for (let round = 0; round < 6; round += 1) expect(turns(items, round).toSorted()).toEqual(items);
  });

  it('lets everybody begin equally often', () => {
    const beginners = Array.from({ length: 12 }, (_, round) => turns(['a', 'b', 'c'], round)[0]);
    for (const name of ['a', 'b', 'c']) expect(beginners.filter((one) => one === name)).toHaveLength(4);
  });

  it('does not always put the same one before another', () => {
    const before = new Set<string | undefined>();
    for (let round = 0; round < 6; round += 1) {
      const order = turns(['a', 'b', 'c'], round);
      before.add(order[order.indexOf('b') - 1]);
    }
    expect(before).toEqual(new Set(['a', 'c', undefined]));
  });

  it('has nothing to turn without contenders', () => {
    expect(turns([], 3)).toEqual([]);
  });
});

describe('ratios', () => {
  it('compares times of the same round', () => {
    expect(ratios([10, 30], [5, 10])).toEqual([2, 3]);
  });

  it('refuses times of different rounds', () => {
    expect(() => ratios([1, 2], [1])).toThrow(RangeError);
  });
});

describe('summarize', () => {
  it('gives median, quartiles and range of values in any order', () => {
    expect(summarize([5, 1, 4, 2, 3])).toEqual({ median: 3, lowerQuartile: 2, upperQuartile: 4, min: 1, max: 5 });
  });

  it('goes between two values where none is in the middle', () => {
    expect(summarize([1, 2, 3, 4])).toEqual({ median: 2.5, lowerQuartile: 1.75, upperQuartile: 3.25, min: 1, max: 4 });
  });

  it('is not moved by one round that was disturbed', () => {
    expect(summarize([1.1, 1.2, 1.15, 40, 1.12]).median).toBe(1.15);
  });

  it('has no figures where nothing was measured', () => {
    expect(summarize([]).median).toBeNaN();
  });
});

describe('race', () => {
  it('lets each contender do every operation, in warm-up rounds too, and reports only the others', async () => {
    const done = new Map([
      ['first', [] as string[]],
      ['second', [] as string[]],
    ]);
    const times = await race({
      contenders: done,
      warmUp: 2,
      rounds: 3,
      shares: {},
      prepare: (round) => ({ operations: 4, run: (own, index) => own.push(`${round}.${index}`) }),
      settle: () => undefined,
    });
    const all = [0, 1, 2, 3, 4].flatMap((round) => [0, 1, 2, 3].map((index) => `${round}.${index}`));
    expect(done.get('first')).toEqual(all);
    expect(done.get('second')).toEqual(all);
    expect(times.get('first')).toHaveLength(3);
    expect(times.get('second')).toHaveLength(3);
  });

  it('waits for what only looks like a promise', async () => {
    let finished = 0;
    const thenable = {
      // oxlint-disable-next-line unicorn/no-thenable -- that such things exist is the point
      then(resolve: () => void) {
        setTimeout(() => {
          finished += 1;
          resolve();
        }, 1);
      },
    };
    await race({
      contenders: new Map([['one', 'one']]),
      warmUp: 0,
      rounds: 1,
      shares: {},
      prepare: () => ({ operations: 3, run: () => thenable }),
      settle: () => undefined,
    });
    expect(finished).toBe(3);
  });

  it('gives the time of one operation, also to one who does a part of them', async () => {
    const counts = new Map([
      ['whole', { count: 0 }],
      ['part', { count: 0 }],
    ]);
    const times = await race({
      contenders: counts,
      warmUp: 0,
      rounds: 1,
      shares: { part: 0.5 },
      prepare: () => ({
        operations: 10,
        run: (own) => {
          own.count += 1;
          return new Promise((resolve) => void setTimeout(resolve, 2));
        },
      }),
      settle: () => undefined,
    });
    expect(counts.get('whole')?.count).toBe(10);
    expect(counts.get('part')?.count).toBe(5);
    // A timer never comes early by more than a millisecond; how late it comes is the machine's affair.
    for (const [time] of times.values()) expect(time?.elapsed).toBeGreaterThan(900);
  });

  it('settles each contender before its turn', async () => {
    const events: string[] = [];
    await race({
      contenders: new Map([
        ['a', 'a'],
        ['b', 'b'],
      ]),
      warmUp: 0,
      rounds: 1,
      shares: {},
      prepare: () => ({ operations: 1, run: (name) => events.push(`run ${name}`) }),
      settle: (name) => void events.push(`settle ${name}`),
    });
    expect(events).toEqual(['settle a', 'run a', 'settle b', 'run b']);
  });
});

it('of two contenders each begins every other round', () => {
  expect([0, 1, 2, 3].map((round) => turns(['a', 'b'], round)[0])).toEqual(['a', 'b', 'a', 'b']);
});
