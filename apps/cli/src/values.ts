import { InvalidArgumentError } from '@commander-js/extra-typings';
import { MATCH_MODES, type MatchMode, SEARCH_MODES, type SearchMode } from '@keelson/db-core';

/** Reads a whole number that an option takes. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max)
      throw new InvalidArgumentError(`Give a whole number from ${min} to ${max}.`);
    return value;
  };
}

/** The number of a migration, or its whole name. */
export function migrationName(text: string): string {
  if (!/^(?:[a-z][a-z0-9]*_)?\d{4}(?:_[a-z0-9_]+)?$/.test(text))
    throw new InvalidArgumentError('Give the four digits of a migration, such as 0001.');
  return text;
}

const UNITS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400, w: 604_800 };

/** `90m`, `12h`, `3d` or `2w` in milliseconds. */
function spanOf(text: string): number | undefined {
  const { count, unit } = /^(?<count>\d{1,5})(?<unit>[mhdw])$/.exec(text)?.groups ?? {};
  const seconds = UNITS[unit ?? ''];
  return count === undefined || seconds === undefined ? undefined : Number(count) * seconds * 1000;
}

const DATE = /^(?<day>\d{4}-\d\d-\d\d)(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)?)?$/;

/**
 * A day, or a moment of one; undefined for what is none. JavaScript itself takes nearly anything with a number in it, and
 * the 31st of February.
 */
export function dateOf(text: string): Date | undefined {
  const day = DATE.exec(text)?.groups?.['day'];
  if (day === undefined || !isDay(day)) return undefined;
  const date = new Date(text.replace(' ', 'T'));
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function isDay(day: string): boolean {
  const date = new Date(day);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}

/** `90d`, `12h`, or a date: when something ends. */
export function pointInTime(text: string): Date {
  const span = spanOf(text);
  const date = span === undefined ? dateOf(text) : new Date(Date.now() + span);
  if (date === undefined)
    throw new InvalidArgumentError('Give a time from now such as 12h or 90d, or a date such as 2030-12-31.');
  if (date <= new Date()) throw new InvalidArgumentError('It must lie in the future.');
  return date;
}

const MOMENT = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?<fraction>\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/;

/** A moment, with its time zone. Without fractions of a second the whole second is meant, up to its end. */
export function moment(text: string): Date {
  const match = MOMENT.exec(text);
  const date = dateOf(text);
  if (match === null || date === undefined)
    throw new InvalidArgumentError('Give a moment with its time zone, such as 2026-03-01T14:30:00Z.');
  return match.groups?.['fraction'] === undefined ? new Date(date.getTime() + 999) : date;
}

/** `90m`, `12h`, `3d`, or a date: since when. */
export function timeAgo(text: string): Date {
  const span = spanOf(text);
  const date = span === undefined ? dateOf(text) : new Date(Date.now() - span);
  if (date === undefined)
    throw new InvalidArgumentError('Give a time ago such as 90m, 12h or 3d, or a date such as 2030-12-31.');
  return date;
}

/** Collects the values of an option that is given more than once, or as a list with commas. */
export function listOf(text: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), ...text.split(',').map((part) => part.trim())].filter((part) => part !== '');
}

export function searchMode(text: string): SearchMode {
  return oneOf(SEARCH_MODES, text);
}

export function matchMode(text: string): MatchMode {
  return oneOf(MATCH_MODES, text);
}

function oneOf<Value extends string>(values: readonly Value[], text: string): Value {
  const value = values.find((each) => each === text);
  if (value === undefined) throw new InvalidArgumentError(`Give one of ${values.join(', ')}.`);
  return value;
}
