import { describeEngine } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { mechanisms } from './list.ts';
import { measureMechanism } from './run.ts';

/** Enough to see that a benchmark runs; what it measures means nothing. */
const TINY = 0.001;

it("mechanisms' names are their own", () => {
  const names = mechanisms.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

for (const mechanism of mechanisms) {
  for (const engine of mechanism.engines) {
    describeEngine(engine, `the benchmark of ${mechanism.name}`, (context) => {
      it('gives its figures', async () => {
        const { open } = context;
        const stage = { engine, open, url: () => context.url(), log: () => undefined, scale: TINY };
        const { figures } = await measureMechanism(mechanism, stage);
        expect(figures).not.toHaveLength(0);
      });
    });
  }
}
