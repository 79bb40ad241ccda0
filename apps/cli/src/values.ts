import { InvalidArgumentError } from '@commander-js/extra-typings';

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

/** `90d`, `12h`, or a date: when something ends. */
export function pointInTime(text: string): Date {
  const { count, unit } = /^(?<count>\d{1,5})(?<unit>[mhdw])$/.exec(text)?.groups ?? {};
  const seconds = UNITS[unit ?? ''];
  const date =
    count === undefined || seconds === undefined
      ? new Date(text)
      : new Date(Date.now() + Number(count) * seconds * 1000);
  if (Number.isNaN(date.getTime()))
    throw new InvalidArgumentError('Give a time from now such as 12h or 90d, or a date such as 2030-12-31.');
  if (date <= new Date()) throw new InvalidArgumentError('It must lie in the future.');
  return date;
}

const MOMENT = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?<fraction>\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/;

/** A moment, with its time zone. Without fractions of a second the whole second is meant, up to its end. */
export function moment(text: string): Date {
  const match = MOMENT.exec(text);
  const date = new Date(text.replace(' ', 'T'));
  if (match === null || Number.isNaN(date.getTime()))
    throw new InvalidArgumentError('Give a moment with its time zone, such as 2026-03-01T14:30:00Z.');
  return match.groups?.['fraction'] === undefined ? new Date(date.getTime() + 999) : date;
}

/** `90m`, `12h`, `3d`, or a date: since when. */
export function timeAgo(text: string): Date {
  const { count, unit } = /^(?<count>\d{1,5})(?<unit>[mhdw])$/.exec(text)?.groups ?? {};
  const seconds = UNITS[unit ?? ''];
  const date =
    count === undefined || seconds === undefined
      ? new Date(text)
      : new Date(Date.now() - Number(count) * seconds * 1000);
  if (Number.isNaN(date.getTime()))
    throw new InvalidArgumentError('Give a time ago such as 90m, 12h or 3d, or a date such as 2030-12-31.');
  return date;
}

/** Collects the values of an option that is given more than once, or as a list with commas. */
export function listOf(text: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), ...text.split(',').map((part) => part.trim())].filter((part) => part !== '');
}
