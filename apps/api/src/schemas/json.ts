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

export const uuidSchema = z.guid('is not a UUID');

export function timeOf(date: Date): string;
export function timeOf(date: Date | null): string | null;
export function timeOf(date: Date | null): string | null {
  return date?.toISOString() ?? null;
}
