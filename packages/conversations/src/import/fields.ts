import { isJsonObject, toJson } from '../schemas/json.schema.ts';
import { MAX_CONTENT_LENGTH, MAX_TITLE_LENGTH } from '../schemas/text.schema.ts';
import type { JsonObject, JsonValue } from '../types.ts';
import { type Cleaner, ImportFault } from './imported.ts';

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Text that a message may have as its content. */
export function contentOf(text: string, cleaner: Cleaner): string {
  if (text.length > MAX_CONTENT_LENGTH) {
    const message = `a message has ${text.length.toLocaleString('en')} characters, more than ${MAX_CONTENT_LENGTH.toLocaleString('en')}`;
    throw new ImportFault('CONTENT_TOO_LARGE', message);
  }
  return cleaner.text(text);
}

/** Text cut to a length, never within a character. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const head = text.slice(0, length - 1);
  return `${head.isWellFormed() ? head : head.slice(0, -1)}…`;
}

export function titleOf(text: string, cleaner: Cleaner): string | null {
  const title = cut(cleaner.text(text).trim(), MAX_TITLE_LENGTH);
  return title === '' ? null : title;
}

const LATEST = Date.UTC(9999, 11, 31);

/** A time between 1970 and 9999, or null. */
export function timeOf(milliseconds: number): Date | null {
  if (!(milliseconds >= 0 && milliseconds <= LATEST)) return null;
  return new Date(Math.round(milliseconds));
}

/** Seconds since 1970, as ChatGPT writes times. */
export function secondsToDate(value: unknown): Date | null {
  return typeof value === 'number' ? timeOf(value * 1_000) : null;
}

/** Members that are there and not null, as JSON. */
export function metadataOf(fields: Fields, cleaner: Cleaner): JsonObject {
  const present = Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null),
  );
  const json = jsonOf(present, cleaner);
  return isJsonObject(json) ? json : {};
}

/** Any value of a parsed file with its text made storable. */
export function jsonOf(value: unknown, cleaner: Cleaner): JsonValue {
  const result = toJson(value, cleaner.text);
  if ('value' in result) return result.value;
  throw new ImportFault('NOT_A_CONVERSATION', `${result.fault.path.join('.')} ${result.fault.message}`);
}
