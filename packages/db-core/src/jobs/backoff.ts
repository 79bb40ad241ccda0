/** How long a job waits after an attempt that failed. */
export interface Backoff {
  /** After the first one; it doubles with each further one. Default: 2,000. */
  readonly baseMs: number;
  /** What it grows to. Default: an hour. */
  readonly maxMs: number;
}

/**
 * Between half of the pause and all of it, so that jobs that failed together don't come back together, and none comes back
 * at once. `random` is from 0 up to, but not including, 1.
 */
export function pauseAfter(
  attempt: number,
  { baseMs = 2_000, maxMs = 3_600_000 }: Partial<Backoff>,
  random: number,
): number {
  const longest = Math.min(maxMs, baseMs * 2 ** (attempt - 1));
  return Math.round(longest * (0.5 + random / 2));
}
