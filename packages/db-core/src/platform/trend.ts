/** A value at a time, in days from anywhere. */
export interface Point {
  readonly day: number;
  readonly value: number;
}

/** A straight line through points, and how sure it is. */
export interface Trend {
  readonly perDay: number;
  /** Between these two the growth lies with 95 % certainty, as far as a straight line fits at all. */
  readonly perDayBetween: readonly [number, number];
  /** Where the line is on a day. */
  readonly at: (day: number) => number;
}

const FEWEST_POINTS = 7;
/** Student's t for 95 %, by degrees of freedom from 5; from 30 on it hardly changes. */
const T = [2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11, 2.101, 2.093, 2.086];

/** By least squares; undefined for fewer than seven points, of which a line would say little. */
export function trendOf(points: readonly Point[]): Trend | undefined {
  const count = points.length;
  if (count < FEWEST_POINTS) return undefined;
  const meanDay = sum(points.map(({ day }) => day)) / count;
  const mean = sum(points.map(({ value }) => value)) / count;
  const spread = sum(points.map(({ day }) => (day - meanDay) ** 2));
  if (spread === 0) return undefined;
  const perDay = sum(points.map(({ day, value }) => (day - meanDay) * (value - mean))) / spread;
  const at = (day: number): number => mean + perDay * (day - meanDay);
  const rest = sum(points.map(({ day, value }) => (value - at(day)) ** 2));
  const error = Math.sqrt(rest / (count - 2) / spread) * (T[count - FEWEST_POINTS] ?? 2.05);
  return { perDay, perDayBetween: [perDay - error, perDay + error], at };
}

/** In how many days a value that grows so fast gets there; null when it never does, or not in ten years. */
export function daysUntil(value: number, threshold: number, perDay: number): number | null {
  if (value >= threshold) return 0;
  const days = (threshold - value) / perDay;
  return perDay <= 0 || days > 3650 ? null : days;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
