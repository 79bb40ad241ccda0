import * as z from 'zod';
import { boundedText, pageShape } from '../platform/input.ts';
import { keptJson as kept } from '../platform/kept.ts';
import { JOB_STATUSES } from '../schema/enumerations.ts';
import type { JsonValue } from '../schema/json.ts';

export { keptText } from '../platform/kept.ts';

const MOST_JSON = 262_144;

/** As {@link keptJson}, with what belongs to a job. */
export function keptJson(what: string, value: unknown): JsonValue {
  return kept(what, value, {
    max: MOST_JSON,
    hint: 'Keep large things where they belong, and give the job their ids.',
  });
}

export const enqueueSchema = z.strictObject({
  at: z.date('must be a date').optional(),
  priority: z
    .int('must be a whole number')
    .min(-1000, 'must be at least -1,000')
    .max(1000, 'must be at most 1,000')
    .default(0),
  dedupKey: boundedText(255).optional(),
  maxAttempts: z
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(1000, 'must be at most 1,000')
    .optional(),
  displayName: boundedText(200).optional(),
  estimatedMs: z.int('must be a whole number').min(0, 'must not be negative').optional(),
});

const id = z.uuid('must be a UUID').toLowerCase();

export const idSchema = z.strictObject({ id });

export const listSchema = z.strictObject({
  ...pageShape,
  status: z.enum(JOB_STATUSES, `must be one of ${JOB_STATUSES.join(', ')}`).optional(),
  kind: boundedText(100).optional(),
});

export const linesSchema = z.strictObject({ ...pageShape, id });

export const workerSchema = z.strictObject({
  concurrency: z
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(1000, 'must be at most 1,000')
    .default(4),
  kinds: z.array(boundedText(100)).min(1, 'must name at least one kind').optional(),
  leaseMs: z
    .int('must be a whole number')
    .min(200, 'must be at least 200')
    .max(3_600_000, 'must be at most an hour')
    .default(30_000),
  pollMs: z
    .int('must be a whole number')
    .min(10, 'must be at least 10')
    .max(60_000, 'must be at most a minute')
    .default(500),
  graceMs: z.int('must be a whole number').min(0, 'must not be negative').default(10_000),
  name: boundedText(200).optional(),
});
