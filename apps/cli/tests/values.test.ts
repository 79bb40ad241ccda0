import { describe, expect, it } from 'vitest';
import { eventLines } from '../src/events.ts';
import { bytes, plural, shorten, time } from '../src/figures.ts';
import { printable } from '../src/output.ts';
import { dateOf, listOf, migrationName, moment, pointInTime, timeAgo, wholeNumber } from '../src/values.ts';

describe('figures', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1536, '1.5 KiB'],
    [5 * 1024 ** 3, '5.0 GiB'],
    [3 * 1024 ** 5, '3072.0 TiB'],
  ])('are written in units that fit: %d', (count, text) => expect(bytes(count)).toBe(text));

  it('count, cut and date', () => {
    expect([plural(1, 'message'), plural(0, 'message'), plural(1234, 'reply', 'replies')]).toEqual([
      '1 message',
      '0 messages',
      '1,234 replies',
    ]);
    expect(shorten('a\n  b\tc', 20)).toBe('a b c');
    expect(shorten('😀😀😀', 4)).toBe('😀\u{FFFD}…');
    expect(time(new Date('2025-06-11T09:08:07.654Z'))).toBe('2025-06-11 09:08:07Z');
    expect(time(null)).toBeNull();
  });

  it('steer no terminal', () => {
    expect(printable('a\u001B[31mb\u0007\u009Bc\nd\te')).toBe('a\u{FFFD}[31mb\u{FFFD}\u{FFFD}c\nd\te');
  });
});

describe('values of options', () => {
  it('are whole numbers in their bounds', () => {
    const read = wholeNumber(1, 500);
    expect([read('1'), read('500')]).toEqual([1, 500]);
    for (const wrong of ['0', '501', '-1', '1.5', '1e2', '', ' 1', 'x'])
      expect(() => read(wrong), wrong).toThrow(/from 1 to 500/);
  });

  it('are migrations', () => {
    for (const right of ['0001', '0001_kernel', 'shop_0003', 'shop_0003_add_invoices'])
      expect(migrationName(right)).toBe(right);
    for (const wrong of ['1', '00001', '0001-kernel', '../0001', "0001'; --"])
      expect(() => migrationName(wrong), wrong).toThrow(/four digits/);
  });

  it('are times to come', () => {
    const inTwoDays = pointInTime('2d').getTime() - Date.now();
    expect(Math.round(inTwoDays / 3_600_000)).toBe(48);
    expect(pointInTime('2999-12-31').toISOString()).toBe('2999-12-31T00:00:00.000Z');
    for (const wrong of ['0d', '2001-01-01', 'soon', '5y', ''])
      expect(() => pointInTime(wrong), wrong).toThrow(/90d|future/);
  });

  it('are dates that there are, and nothing that merely has a number in it', () => {
    expect(dateOf('2028-02-29')?.toISOString()).toBe('2028-02-29T00:00:00.000Z');
    expect(dateOf('2030-12-31 10:30Z')?.toISOString()).toBe('2030-12-31T10:30:00.000Z');
    expect(dateOf('2030-12-31T10:30:05.25+02:00')?.toISOString()).toBe('2030-12-31T08:30:05.250Z');
    for (const wrong of [
      '2030-02-31',
      '2027-02-29',
      '2030-13-01',
      '2030-01-01T25:00Z',
      'banana 2090',
      '2090',
      '5',
      ' ',
    ]) {
      expect(dateOf(wrong), wrong).toBeUndefined();
      for (const read of [pointInTime, timeAgo, moment]) expect(() => read(wrong), wrong).toThrow(/such as/);
    }
  });

  it('are lists, repeated or with commas', () => {
    expect(listOf('a, b,', undefined)).toEqual(['a', 'b']);
    expect(listOf('c', ['a', 'b'])).toEqual(['a', 'b', 'c']);
  });
});

describe('events', () => {
  const query = {
    type: 'query',
    name: 'conversations.list',
    sql: 'select\n  "id"',
    durationMs: 1.234,
    rows: 2,
  } as const;
  const slow = { ...query, type: 'slow-query', durationMs: 1234 } as const;

  function lines(options: { echo: boolean; verbose: boolean }): string[] | undefined {
    const written: string[] = [];
    const listener = eventLines({ ...options, write: (line) => written.push(line) });
    listener?.(query);
    listener?.(slow);
    listener?.({ type: 'retry', scope: 'transaction', attempt: 1, delayMs: 20, error: new Error('locked') });
    return listener === undefined ? undefined : written;
  }

  it('are told of only when somebody wants to know', () => {
    expect(lines({ echo: false, verbose: false })).toBeUndefined();
    expect(lines({ echo: true, verbose: false })).toEqual(['sql: 1.23 ms, 2 rows, conversations.list: select "id"']);
    expect(lines({ echo: false, verbose: true })).toEqual([
      'slow: conversations.list took 1234 ms',
      'retry: a transaction failed (locked); again in 20 ms',
    ]);
  });
});
