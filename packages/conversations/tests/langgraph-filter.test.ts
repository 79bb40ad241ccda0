import { describeEngine } from '@keelson/db-core/testing';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { contains } from '../src/langgraph/contains.ts';

const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<unknown>(null, true, false, 0, 1, 'a', 'b', ''),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), { maxKeys: 3 }),
  ),
})).value;

describeEngine('postgres', 'the filter of metadata, beside the operator that it stands for,', (context) => {
  it('agrees about any two values', async () => {
    const raw = context.raw(await context.emptyUrl());
    const pairs = fc.sample(fc.tuple(json, json), { numRuns: 3000, seed: 7 });
    const rows = await raw.query(
      `SELECT (pair -> 0) @> (pair -> 1) AS contained FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS p(pair, place) ORDER BY place`,
      [JSON.stringify(pairs)],
    );
    expect(pairs.map(([whole, part]) => contains(whole, part))).toEqual(rows.map(({ contained }) => contained));
    // Pairs that agree only because nothing is contained would show little.
    expect(rows.filter(({ contained }) => contained === true).length).toBeGreaterThan(100);
  });
});
