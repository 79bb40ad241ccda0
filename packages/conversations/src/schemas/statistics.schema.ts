import { z } from 'zod';

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;
/** Three years: more days than anybody looks at, and few enough to be made each time. */
const MAX_DAYS = 1_100;

const date = z.date('must be a date');

export const statisticsSchema = z
  .strictObject({
    from: date.optional(),
    to: date.optional(),
    timeZone: z.string().max(100).refine(isTimeZone, 'is no time zone, such as Europe/Berlin').default('UTC'),
  })
  .prefault({})
  .transform(({ to = new Date(), from = new Date(to.getTime() - DEFAULT_DAYS * DAY_MS), timeZone }) => ({
    from,
    to,
    timeZone,
  }))
  .refine(({ from, to }) => from < to, { path: ['from'], message: 'must be before `to`' })
  .refine(({ from, to }) => to.getTime() - from.getTime() <= MAX_DAYS * DAY_MS, {
    path: ['from'],
    message: `must be at most ${MAX_DAYS} days before \`to\``,
  });

export type ValidStatistics = z.output<typeof statisticsSchema>;

function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).format() !== '';
  } catch {
    return false;
  }
}
