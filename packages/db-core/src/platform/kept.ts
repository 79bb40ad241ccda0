import { ValidationError } from '../errors/index.ts';
import type { JsonValue } from '../schema/json.ts';

/** What JSON has escapes for and no engine keeps: U+0000 and halves of surrogate pairs. */
const UNKEEPABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/;

/** Text of people and programs that can be kept, cut where it is too long. */
export function keptText(text: string, length: number): string {
  const kept = text.toWellFormed().replaceAll('\0', '\u{FFFD}');
  return kept.length <= length ? kept : Array.from(kept).slice(0, length).join('');
}

export interface KeptJson {
  /** The most characters that it may have as JSON. */
  readonly max: number;
  /** What to do with more. */
  readonly hint?: string;
}

/** The value as JSON keeps it. Throws `ValidationError` for what JSON has no word for, and for what is too large for a row. */
export function keptJson(what: string, value: unknown, { max, hint }: KeptJson): JsonValue {
  const text = jsonOf(value);
  if (text === undefined) throw refused(what, 'must be a JSON value');
  if (UNKEEPABLE.test(text)) throw refused(what, 'must not have U+0000 or halves of surrogate pairs');
  if (text.length > max)
    throw refused(what, `must have at most ${max} characters as JSON`, hint === undefined ? {} : { hint });
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
