import process from 'node:process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { describeParity, idOf, type Pair, type Loose } from './both.ts';
import { build, expressions, type Spec } from './random-expressions.ts';

/** `KEELSON_PARITY_RUNS=5000 vitest run tests/parity` looks harder. */
const RUNS = Number(process.env['KEELSON_PARITY_RUNS'] ?? 100);
/** Expressions that both engines refuse show little. */
const MOST_REFUSED = 0.2;

const rows = [
  { n: 3, big: -2, r: 0.5, t: 'a', b: true, at: new Date(3) },
  { n: -7, big: 4, r: -2, t: ' B ', b: false, at: new Date(-5) },
  { n: 0, big: 1, r: 0, t: '', b: true, at: new Date(0) },
  { n: null, big: null, r: null, t: null, b: null, at: null },
  { n: 2, big: null, r: 8, t: 'ä_%東', b: false, at: null },
];

describeParity('any expression', (pair) => {
  async function filled(): Promise<Pair> {
    const both = pair();
    await both.add(...rows.map((row, index) => ({ id: idOf(index), ...row })));
    return both;
  }

  it.each(['whole', 'real', 'text', 'time', 'truth'] as const)(
    'gives the same, selected, sorted by and asked for (%s)',
    async (type) => {
      const both = await filled();
      let refused = 0;
      const arbitrary: fc.Arbitrary<Spec> = expressions[type];
      await fc.assert(
        fc.asyncProperty(arbitrary, async (spec) => {
          const selected = await both.outcome((db) =>
            db
              .selectFrom('items')
              .select((eb: Loose) => ['id', build(eb, spec).as('x')])
              .orderBy('id'),
          );
          if ('error' in selected) refused += 1;
          await both.outcome((db) =>
            db
              .selectFrom('items')
              .select('id')
              .orderBy((eb: Loose) => build(eb, spec))
              .orderBy('id'),
          );
          if (type === 'truth')
            await both.outcome((db) =>
              db
                .selectFrom('items')
                .select('id')
                .where((eb: Loose) => build(eb, spec))
                .orderBy('id'),
            );
          else
            await both.outcome((db) =>
              db
                .selectFrom('items')
                .select((eb: Loose) => [
                  eb.fn.max(build(eb, spec)).as('x'),
                  eb.fn.count(build(eb, spec)).distinct().as('y'),
                ]),
            );
        }),
        { numRuns: RUNS },
      );
      expect(refused).toBeLessThan(RUNS * MOST_REFUSED);
    },
  );
});
