import { describe, expect, it } from 'vitest';
import { ValidationError } from '../../src/index.ts';
import { pauseAfter } from '../../src/jobs/backoff.ts';
import { nextRun } from '../../src/jobs/cron.ts';

/** The next times, each after the one before. */
function times(expression: string, timeZone: string, from: string, count: number): string[] {
  const found: string[] = [];
  let after = new Date(from);
  for (let n = 0; n < count; n += 1) {
    const next = nextRun(expression, { timeZone, after });
    if (next === null) break;
    found.push(next.toISOString());
    after = next;
  }
  return found;
}

describe('a cron expression', () => {
  it('is meant in its time zone', () => {
    expect(times('0 7 * * *', 'Europe/Berlin', '2026-01-15T00:00:00Z', 1)).toEqual(['2026-01-15T06:00:00.000Z']);
    expect(times('0 7 * * *', 'Europe/Berlin', '2026-07-15T00:00:00Z', 1)).toEqual(['2026-07-15T05:00:00.000Z']);
    expect(times('30 23 * * *', 'Asia/Kolkata', '2026-07-15T00:00:00Z', 1)).toEqual(['2026-07-15T18:00:00.000Z']);
    expect(times('0 0 1 * *', 'UTC', '2026-01-31T23:59:59Z', 2)).toEqual([
      '2026-02-01T00:00:00.000Z',
      '2026-03-01T00:00:00.000Z',
    ]);
  });

  it('for a time that summer time leaves out comes once that day', () => {
    // Berlin, 29 March 2026: 02:00 is followed by 03:00 (01:00 UTC).
    const found = times('30 2 * * *', 'Europe/Berlin', '2026-03-28T00:00:00Z', 3);
    expect(found).toHaveLength(3);
    expect(found[0]).toBe('2026-03-28T01:30:00.000Z');
    expect(found[1]).toMatch(/^2026-03-29T01:[03]0:00/);
    expect(found[2]).toBe('2026-03-30T00:30:00.000Z');
  });

  it('for a time that comes twice comes once that day', () => {
    // Berlin, 25 October 2026: 02:00–03:00 comes twice (00:00–02:00 UTC).
    const found = times('30 2 * * *', 'Europe/Berlin', '2026-10-24T00:00:00Z', 3);
    expect(found[0]).toBe('2026-10-24T00:30:00.000Z');
    expect(found[1]).toMatch(/^2026-10-25T0[01]:30:00/);
    expect(found[2]).toBe('2026-10-26T01:30:00.000Z');
  });

  it('for each hour comes each hour, also on these days', () => {
    expect(times('0 * * * *', 'Europe/Berlin', '2026-10-24T23:30:00Z', 4)).toEqual([
      '2026-10-25T00:00:00.000Z',
      '2026-10-25T01:00:00.000Z',
      '2026-10-25T02:00:00.000Z',
      '2026-10-25T03:00:00.000Z',
    ]);
    expect(times('0 * * * *', 'Europe/Berlin', '2026-03-28T23:30:00Z', 3)).toEqual([
      '2026-03-29T00:00:00.000Z',
      '2026-03-29T01:00:00.000Z',
      '2026-03-29T02:00:00.000Z',
    ]);
  });

  it('that is none, or has no time zone, is refused', () => {
    const after = new Date('2026-01-01T00:00:00Z');
    for (const wrong of ['', 'often', '61 * * * *', '* * * *', '* * * * * *', '0 0 31 * * * *']) {
      expect(() => nextRun(wrong, { timeZone: 'UTC', after }), wrong).toThrow(ValidationError);
    }
    for (const wrong of ['', 'Berlin', 'Mars/Olympus']) {
      expect(() => nextRun('* * * * *', { timeZone: wrong, after }), wrong).toThrow(ValidationError);
    }
    expect(nextRun('0 0 30 2 *', { timeZone: 'UTC', after })).toBeNull();
  });
});

describe('the pause after a failed attempt', () => {
  it('doubles up to its longest, and is anything from half of it on', () => {
    const backoff = { baseMs: 1000, maxMs: 5000 };
    expect([1, 2, 3, 4, 50].map((attempt) => pauseAfter(attempt, backoff, 0))).toEqual([500, 1000, 2000, 2500, 2500]);
    expect([1, 2, 3, 4].map((attempt) => pauseAfter(attempt, backoff, 0.999_999))).toEqual([1000, 2000, 4000, 5000]);
    expect(pauseAfter(1000, {}, 0)).toBe(1_800_000);
  });
});
