/** A day of a calendar, from its first moment to the next day's. */
export interface Day {
  /** `2026-03-29` */
  readonly date: string;
  readonly from: Date;
  readonly to: Date;
}

const DAY_MS = 86_400_000;
/** No place on earth is further from UTC than that. */
const MOST_OFFSET_MS = 15 * 3_600_000;

/**
 * The days of a time zone that a span of time touches. Days have 23 or 25 hours where clocks are changed. It is reckoned
 * here and not by the database, so that every engine has the same days.
 */
export function daysBetween(from: Date, to: Date, timeZone: string): readonly Day[] {
  const dateAt = calendarOf(timeZone);
  const last = dateAt(to.getTime() - 1);
  const days: Day[] = [];
  for (let number = dayNumber(dateAt(from.getTime())); number <= dayNumber(last); number += 1) {
    const [begin, end] = [beginOf(number, dateAt), beginOf(number + 1, dateAt)];
    // A day can be missing, where a country moved to the other side of the date line.
    if (begin < end) days.push({ date: dateOf(number), from: new Date(begin), to: new Date(end) });
  }
  return days;
}

type Calendar = (time: number) => string;

function calendarOf(timeZone: string): Calendar {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  return (time) => format.format(time);
}

/** Of the days since 1970. */
function dayNumber(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / DAY_MS;
}

function dateOf(number: number): string {
  return new Date(number * DAY_MS).toISOString().slice(0, 10);
}

/** The first moment at which the calendar shows the day or a later one. */
function beginOf(number: number, dateAt: Calendar): number {
  let low = number * DAY_MS - MOST_OFFSET_MS;
  let high = number * DAY_MS + MOST_OFFSET_MS;
  const date = dateOf(number);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (dateAt(middle) < date) low = middle;
    else high = middle;
  }
  return high;
}
