import type { JsonObject, JsonValue } from '@keelson/conversations';
import { z } from 'zod';

/** Any JSON value. It came from JSON or goes there, so that there is nothing to check. */
export const jsonSchema = z.custom<JsonValue>().describe('Any JSON value.');

/** Passed on as it is: a copy would be costly, and lose the members that have the name of a prototype. */
export const jsonObjectSchema = z
  .custom<JsonObject>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'must be an object',
  )
  .meta({ type: 'object' });

/** As the domain's times: UTC, to the millisecond. */
export const timeSchema = z.iso.datetime().describe('ISO 8601, UTC.');

/** A time that somebody gives, with its zone. */
export const givenTimeSchema = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2026-03-29T10:00:00Z' })
  .transform((text) => new Date(text))
  .describe('ISO 8601, with a zone.');

/** A number in a query. */
export function wholeNumberSchema(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.coerce.number({ error }).int(error).min(min, error).max(max, error);
}

/** A yes or no in a query. */
export function yesOrNoSchema(standard: boolean) {
  return z
    .enum(['true', 'false'])
    .default(standard ? 'true' : 'false')
    .transform((text) => text === 'true');
}

export const uuidSchema = z.guid('is not a UUID');

export function timeOf(date: Date): string;
export function timeOf(date: Date | null): string | null;
export function timeOf(date: Date | null): string | null {
  return date?.toISOString() ?? null;
}
