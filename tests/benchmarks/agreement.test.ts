import { expect, it } from 'vitest';
import type { Failures } from './report.ts';
import { runEngine, type Work } from './run.ts';
import { verify } from './verify.ts';

const compare: Work = async (scenario, contenders, place) => {
  await verify(scenario, contenders, place);
  return { scenario, times: new Map() };
};

it('what is written by hand does what the facade does', async () => {
  const failures: Failures = {};
  const compared = await runEngine('sqlite', ['sqlite.facade'], failures, compare);
  expect(failures).toEqual({});
  expect(compared).toHaveLength(3);
});
