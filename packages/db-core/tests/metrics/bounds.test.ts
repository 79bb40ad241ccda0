import { expect, it } from 'vitest';
import { Counts } from '../../src/metrics/counts.ts';
import { errors, operationDuration } from '../../src/metrics/definitions.ts';
import { Timings } from '../../src/metrics/timings.ts';

it('what has ever more labels is counted under one name', () => {
  const timings = new Timings(operationDuration);
  const counts = new Counts(errors);
  for (let number = 0; number < 1500; number += 1) {
    timings.add(String(number), 1, () => ({ db_system_name: 'sqlite', db_query_summary: String(number) }));
    counts.add({ db_system_name: 'sqlite', error_type: String(number) });
  }
  const totals = timings.lines().filter(({ metricName }) => metricName.endsWith('_count'));
  expect(totals).toHaveLength(1001);
  expect(totals.find(({ labels }) => labels['db_query_summary'] === 'other')?.value).toBe(500);
  expect(counts.samples()).toHaveLength(1001);
  expect(counts.samples().at(-1)).toMatchObject({ labels: { error_type: 'other' }, value: 500 });
});

it('a time is in the class that ends with it, and in all after it', () => {
  const timings = new Timings(operationDuration);
  for (const milliseconds of [1, 1.5, 70_000]) timings.add('x', milliseconds, () => ({}));
  const buckets = new Map(timings.lines().map(({ labels, value }) => [labels['le'], value]));
  expect([buckets.get('0.0002'), buckets.get('0.001'), buckets.get('0.005'), buckets.get('60')]).toEqual([0, 1, 2, 2]);
  expect(buckets.get('+Inf')).toBe(3);
});
