import * as z from 'zod';
import { ValidationError } from '../errors/index.ts';
import { boundedText, pageShape } from '../platform/input.ts';
import { JOB_STATUSES } from '../schema/enumerations.ts';
import type { JsonValue } from '../schema/json.ts';

const MOST_JSON = 262_144;
/** What JSON has escapes for and no engine keeps: U+0000 and halves of surrogate pairs. */
const UNKEEPABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/;

/** Text of people and programs that can be kept, cut where it is too long. */
export function keptText(text: string, length: number): string {
  const kept = text.toWellFormed().replaceAll('\0', '\u{FFFD}');
  return kept.length <= length ? kept : Array.from(kept).slice(0, length).join('');
}

/** The value as JSON keeps it. Throws `ValidationError` for what JSON has no word for, and for what is too large for a row. */
export function keptJson(what: string, value: unknown): JsonValue {
  const text = jsonOf(value);
  if (text === undefined) throw refused(what, 'must be a JSON value');
  if (UNKEEPABLE.test(text)) throw refused(what, 'must not have U+0000 or halves of surrogate pairs');
  if (text.length > MOST_JSON) {
    throw refused(what, `must have at most ${MOST_JSON} characters as JSON`, {
      hint: 'Keep large things where they belong, and give the job their ids.',
    });
  }
  return JSON.parse(text) as JsonValue;
}

/** Undefined for functions and the like, numbers beyond JSON's, and what refers to itself. */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

function refused(path: string, message: string, options: { hint?: string } = {}): ValidationError {
  return new ValidationError(`The input is not valid: ${path} ${message}.`, {
    ...options,
    details: { issues: [{ path, message }] },
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
