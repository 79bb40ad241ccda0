import { isJsonObject, toJson } from '../schemas/json.schema.ts';
import { MAX_CONTENT_LENGTH, MAX_TITLE_LENGTH } from '../schemas/text.schema.ts';
import type { JsonObject, JsonValue, MessageRole } from '../types.ts';
import { type Cleaner, ImportFault } from './imported.ts';

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The role that a format's own word stands for. Words that every object has as members, like `constructor`, are none. */
export function roleIn(roles: Readonly<Record<string, MessageRole>>, word: unknown): MessageRole | undefined {
  return typeof word === 'string' && Object.hasOwn(roles, word) ? roles[word] : undefined;
}

/** A value as an error may show it: a short text, or what kind of value it is. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(cut(value, 80));
  return value === null || value === undefined ? 'none' : `a value that is no text (${typeof value})`;
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

/**
 * A time as programs write it: ISO 8601, or a number since 1970. Which unit it counts shows in its size: what were seconds
 * before the year 5138 would be milliseconds before 1973.
 */
export function momentOf(value: unknown): Date | null {
  if (typeof value === 'string') return timeOf(Date.parse(LOCAL.test(value) ? `${value}Z` : value));
  if (typeof value !== 'number') return null;
  if (value < 1e11) return timeOf(value * 1_000);
  if (value < 1e14) return timeOf(value);
  return timeOf(value / (value < 1e17 ? 1e3 : 1e6));
}

/** A time without its zone is of UTC, as Python's programs write it, not of wherever this runs. */
const LOCAL = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?$/u;

/** What stands for a title in formats that have none: the first line of the user's first message. */
export function firstLine(messages: readonly { readonly role: string; readonly content: string }[]): string {
  const { content = '' } = messages.find(({ role }) => role === 'user') ?? {};
  return cut(content.trim().split(/[\r\n]/u, 1)[0] ?? '', TITLE_LENGTH);
}

const TITLE_LENGTH = 80;

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
