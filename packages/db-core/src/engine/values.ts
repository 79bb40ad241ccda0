import { QueryError, ValidationError } from '../errors/index.ts';

/**
 * What a column takes, the same on both engines: each function gives back what it was given, or throws a
 * `ValidationError` that says what was given and what is expected. The values of secrets stay out of the messages:
 * text is described by its length, never quoted.
 */

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const INTEGER_MIN = -2_147_483_648;
const INTEGER_MAX = 2_147_483_647;

/** The years that every notation of a time can write: 0001 to 9999. */
const TIMESTAMP_MIN = Date.parse('0001-01-01T00:00:00.000Z');
const TIMESTAMP_MAX = Date.parse('9999-12-31T23:59:59.999Z');

/** In JSON text: an escape that neither engine can keep, U+0000 or half of a surrogate pair; not a backslash that is itself escaped. */
const UNKEEPABLE_ESCAPE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/;

/** A UUID as PostgreSQL gives it back: lower case, with hyphens. */
export function checkUuid(value: unknown): string {
  if (typeof value === 'string' && value.length === 36 && UUID.test(value)) return value;
  throw refusal(value, 'a UUID in lower case, such as 0192f0c1-2f3a-7c4b-9d5e-6f708192a3b4');
}

/** Text without U+0000 and without half surrogate pairs: PostgreSQL can store neither. */
export function checkText(value: unknown): string {
  if (typeof value !== 'string') throw refusal(value, 'text');
  if (!value.isWellFormed()) throw refusal(value, 'well-formed Unicode; it has half of a surrogate pair');
  if (value.includes('\0')) throw refusal(value, 'text without the character U+0000');
  return value;
}

/** A whole number of 32 bits. */
export function checkInteger(value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= INTEGER_MIN && value <= INTEGER_MAX)
    return withoutNegativeZero(value);
  throw refusal(value, `a whole number from ${INTEGER_MIN} to ${INTEGER_MAX}`);
}

/** A whole number that JavaScript holds exactly. */
export function checkBigint(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return withoutNegativeZero(value);
  throw refusal(value, `a whole number from ${Number.MIN_SAFE_INTEGER} to ${Number.MAX_SAFE_INTEGER}`);
}

/** A finite number. */
export function checkReal(value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return withoutNegativeZero(value);
  throw refusal(value, 'a finite number');
}

export function checkBoolean(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw refusal(value, 'true or false');
}

/** A valid `Date` in the years 1 to 9999. */
export function checkTimestamp(value: unknown): Date {
  if (!(value instanceof Date)) throw refusal(value, 'a Date');
  const time = value.getTime();
  if (time >= TIMESTAMP_MIN && time <= TIMESTAMP_MAX) return value;
  throw refusal(value, 'a valid Date in the years 1 to 9999');
}

export function checkBlob(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw refusal(value, 'a Uint8Array');
}

/** A value that JSON can say, given back as JSON text. `null` never comes here: it is SQL's NULL. */
export function checkJson(value: unknown): string {
  const text = stringify(value);
  // NaN, or an object whose toJSON gives null: it would read back as null, which is another value.
  if (text === undefined || text === 'null') throw refusal(value, 'a JSON value');
  if (text.includes('\\u') && UNKEEPABLE_ESCAPE.test(text)) {
    throw refusal(value, 'JSON whose text has neither U+0000 nor half of a surrogate pair');
  }
  return text;
}

/** A whole number that an engine gave, as a JavaScript number; throws where that would change it. */
export function toSafeInteger(value: bigint | string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new QueryError(`The database gave the whole number ${value}, which JavaScript can't hold exactly.`, {
    hint: 'Where such numbers are expected, let the query give them as text.',
  });
}

/** Describes any value without showing what it holds. */
function describeValue(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return `text of ${value.length} characters`;
  if (typeof value === 'bigint') return `the bigint ${value}n`;
  if (typeof value === 'number' || typeof value === 'boolean' || value === undefined) return String(value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? 'an invalid Date' : `the Date ${value.toISOString()}`;
  if (value instanceof Uint8Array) return `${value.byteLength} bytes`;
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function stringify(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    // A cycle, a bigint, or nesting deeper than the stack.
    throw refusal(value, 'a JSON value', cause);
  }
}

function refusal(value: unknown, expected: string, cause?: unknown): ValidationError {
  const message = `Given ${describeValue(value)}, where ${expected} is expected.`;
  return new ValidationError(message, { cause, details: { issues: [{ path: '', message }] } });
}

/** Only SQLite's REAL could keep the sign of -0. */
function withoutNegativeZero(value: number): number {
  return value === 0 ? 0 : value;
}
