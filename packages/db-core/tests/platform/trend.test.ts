import fc from 'fast-check';
import { expect, it } from 'vitest';
import { daysUntil, trendOf } from '../../src/platform/trend.ts';

it('a trend needs seven points at different times', () => {
  const points = Array.from({ length: 6 }, (_, day) => ({ day, value: day }));
  expect(trendOf(points)).toBeUndefined();
  expect(trendOf(Array.from({ length: 9 }, () => ({ day: 1, value: 2 })))).toBeUndefined();
  expect(trendOf([...points, { day: 6, value: 6 }])?.perDay).toBeCloseTo(1);
});

it('a straight line is found as it is, and without doubt', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -50, max: 50 }),
      fc.integer({ min: 0, max: 1000 }),
      fc.integer({ min: 7, max: 90 }),
      (growth, start, days) => {
        const trend = trendOf(Array.from({ length: days }, (_, day) => ({ day, value: start + growth * day })));
        expect(trend?.perDay).toBeCloseTo(growth, 6);
        expect(trend?.perDayBetween[0]).toBeCloseTo(growth, 4);
        expect(trend?.at(days)).toBeCloseTo(start + growth * days, 4);
      },
    ),
  );
});

it('noise widens the bounds, and the true growth lies within them', () => {
  const noise = [3, -1, 4, -1, 5, -9, 2, 6, -5, 3, -5, 8, -9, 7];
  const trend = trendOf(noise.map((off, day) => ({ day, value: 10 * day + off })));
  const [low = 0, high = 0] = trend?.perDayBetween ?? [];
  expect(low).toBeLessThan(10);
  expect(high).toBeGreaterThan(10);
  expect(high - low).toBeGreaterThan(0.5);
});

it('tells in how many days something is reached, if ever', () => {
  expect(daysUntil(10, 50, 4)).toBe(10);
  expect(daysUntil(60, 50, -1)).toBe(0);
  expect(daysUntil(10, 50, 0)).toBeNull();
  expect(daysUntil(10, 50, -1)).toBeNull();
  expect(daysUntil(10, 50, 0.01)).toBeNull();
});
