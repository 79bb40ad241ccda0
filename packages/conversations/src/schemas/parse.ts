import { ValidationError } from '@keelson/db-core';
import type { z } from 'zod';

/** One fault of an input. `path` names the member, e.g. `metadata.tokens`; it is empty for the input as a whole. */
export interface Issue {
  readonly path: string;
  readonly message: string;
}

const MAX_ISSUES = 20;

/**
 * The input as the schema gives it back.
 *
 * @throws ValidationError with every fault in `details.issues`.
 */
export function parse<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  if (!isPlain(input)) throw invalid([{ path: '', message: 'must be a plain object' }]);
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw invalid(result.error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message })));
}

/** A date or a map is an object too, but what it holds aren't members that a schema would see. */
function isPlain(input: unknown): boolean {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return true;
  const prototype: unknown = Object.getPrototypeOf(input);
  return prototype === Object.prototype || prototype === null;
}

/** The error that says what is wrong with an input. */
export function invalid(issues: readonly Issue[]): ValidationError {
  const shown = issues.slice(0, MAX_ISSUES);
  const text = shown.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
  const more = issues.length > shown.length ? ` (and ${issues.length - shown.length} more)` : '';
  return new ValidationError(`The input is not valid: ${text}${more}.`, { details: { issues: shown } });
}
