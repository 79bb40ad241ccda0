import { RE2JS, RE2JSException } from 're2js';
import { ValidationError } from '../errors/index.ts';
import type { SettingType } from '../schema/enumerations.ts';
import type { JsonValue } from '../schema/json.ts';
import { keptJson } from './kept.ts';

const LONGEST_VALUE = 65_536;

/** How values of a type are written down and read back. Throws `ValidationError` for what isn't of the type. */
interface SettingKind {
  write(value: unknown): string;
  read(text: string): JsonValue;
}

const kinds: Readonly<Record<SettingType, SettingKind>> = {
  string: {
    write: (value) => (typeof value === 'string' ? keepable(value) : refuse('must be text')),
    read: (text) => text,
  },
  integer: {
    write: (value) => (Number.isSafeInteger(value) ? String(value) : refuse('must be a whole number')),
    read: Number,
  },
  float: {
    write: (value) => (Number.isFinite(value) ? String(value) : refuse('must be a number')),
    read: Number,
  },
  boolean: {
    write: (value) => (typeof value === 'boolean' ? String(value) : refuse('must be true or false')),
    read: (text) => text === 'true',
  },
  json: {
    write: (value) => JSON.stringify(keptJson('value', value, { max: LONGEST_VALUE })),
    read: (text) => JSON.parse(text) as JsonValue,
  },
};

function keepable(text: string): string {
  if (!text.isWellFormed() || text.includes('\0')) refuse('must not have U+0000 or halves of surrogate pairs');
  if (text.length > LONGEST_VALUE) refuse(`must have at most ${LONGEST_VALUE} characters`);
  return text;
}

/** The value as text, when it is of the type and all of it matches the pattern. Null stays null: not set. */
export function writeValue(value: unknown, type: SettingType, pattern: string | null): string | null {
  if (value === null) return null;
  const text = kinds[type].write(value);
  if (pattern !== null && !compilePattern(pattern).matches(text)) refuse(`must match ${pattern}`);
  return text;
}

export function readValue(text: string | null, type: SettingType): JsonValue {
  return text === null ? null : kinds[type].read(text);
}

/**
 * Users write patterns, so the engine is one whose time grows with the length of the text and nothing else.
 * JavaScript's own takes minutes for `(a+)+$`.
 */
export function compilePattern(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return refuse(`is not a regular expression as RE2 takes them (${error.message})`, 'pattern');
  }
}

function refuse(message: string, path = 'value'): never {
  throw new ValidationError(`The input is not valid: ${path} ${message}.`, {
    details: { issues: [{ path, message }] },
  });
}
