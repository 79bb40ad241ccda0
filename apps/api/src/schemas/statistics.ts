import type { OverallStatistics, Statistics } from '@keelson/conversations';
import { MESSAGE_ROLES } from '@keelson/db-core';
import { z } from 'zod';
import { givenTimeSchema, timeOf, timeSchema } from './json.ts';

export const statisticsQuerySchema = z.strictObject({
  from: givenTimeSchema
    .exactOptional()
    .describe('From this time on; by default 30 days before `to`. At most 1,100 days.'),
  to: givenTimeSchema.exactOptional().describe('Before this time; by default now.'),
  timeZone: z.string().max(100).default('UTC').describe('By whose clock a day begins, such as `Europe/Berlin`.'),
});

const totalsShape = { messages: z.int(), tokens: z.int() };
const figuresShape = {
  count: z.int(),
  mean: z.number().nullable(),
  p50: z.number().nullable().describe('A value that occurred; so is `p95`.'),
  p95: z.number().nullable(),
};

export const statisticsSchema = z
  .object({
    from: timeSchema,
    to: timeSchema.describe('Not in it.'),
    timeZone: z.string(),
    totals: z.object(totalsShape),
    days: z
      .array(
        z.object({
          date: z.string().describe('`2026-03-29`, in the time zone that was asked for.'),
          messages: z.int(),
          byRole: z.record(z.enum(MESSAGE_ROLES), z.int()),
        }),
      )
      .describe('Every day of the span.'),
    models: z
      .array(
        z.object({
          modelName: z.string(),
          messages: z.int(),
          tokens: z.object({ ...figuresShape, sum: z.int() }),
          latencyMs: z.object(figuresShape),
        }),
      )
      .describe('Those that wrote most messages first.'),
  })
  .meta({ id: 'Statistics', description: 'Messages a day, and what models took.' });

export const overallStatisticsSchema = statisticsSchema
  .extend({
    users: z.array(z.object({ userId: z.string(), ...totalsShape })).describe('The hundred who have most messages.'),
    usersLeftOut: z.int(),
  })
  .meta({ id: 'OverallStatistics', description: 'The same over everybody.' });

export function toStatistics({
  from,
  to,
  timeZone,
  totals,
  days,
  models,
}: Statistics): z.output<typeof statisticsSchema> {
  return {
    from: timeOf(from),
    to: timeOf(to),
    timeZone,
    totals,
    days: days.map(({ date, messages, byRole }) => ({ date, messages, byRole: { ...byRole } })),
    models: [...models],
  };
}

export function toOverallStatistics(statistics: OverallStatistics): z.output<typeof overallStatisticsSchema> {
  const { users, usersLeftOut } = statistics;
  return { ...toStatistics(statistics), users: [...users], usersLeftOut };
}
