import type { JsonValue } from '@keelson/conversations';
import { z } from 'zod';

/** Any JSON value. It came from JSON or goes there, so that there is nothing to check. */
export const jsonSchema = z.custom<JsonValue>().describe('Any JSON value.');

export const jsonObjectSchema = z.record(z.string(), jsonSchema);

/** As the domain's times: UTC, to the millisecond. */
export const timeSchema = z.iso.datetime().describe('ISO 8601, UTC.');

export const uuidSchema = z.guid('is not a UUID');

export function timeOf(date: Date): string;
export function timeOf(date: Date | null): string | null;
export function timeOf(date: Date | null): string | null {
  return date?.toISOString() ?? null;
}
