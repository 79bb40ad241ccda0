import { Cron } from 'croner';
import { ValidationError } from '../errors/index.ts';

/**
 * When a cron expression is due next after a moment; null when never again. Five fields (minute, hour, day, month,
 * weekday), or `@daily` and the like. In the hour that summer time leaves out, a fixed time comes right after it; in the
 * hour that comes twice, it comes once.
 *
 * @throws ValidationError for what is no expression or no time zone
 * @example
 * ```ts
 * nextRun('30 2 * * *', { timeZone: 'Europe/Berlin', after: new Date() });
 * ```
 */
export function nextRun(
  expression: string,
  { timeZone, after }: { readonly timeZone: string; readonly after: Date },
): Date | null {
  if (!isTimeZone(timeZone)) throw invalid('timeZone', 'must be an IANA time zone, such as Europe/Berlin');
  try {
    return new Cron(expression, { timezone: timeZone, paused: true, mode: '5-part' }).nextRun(after);
  } catch (error) {
    throw invalid('expression', 'must be a cron expression of five fields, such as 30 2 * * 1-5', error);
  }
}

function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function invalid(path: string, message: string, cause?: unknown): ValidationError {
  return new ValidationError(`The input is not valid: ${path} ${message}.`, {
    cause,
    details: { issues: [{ path, message }] },
  });
}
