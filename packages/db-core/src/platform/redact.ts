import { SECRET_COLUMNS } from '../schema/column-classes.ts';
import type { JsonValue } from '../schema/json.ts';
import { keptText } from './kept.ts';

/** Members of objects that usually hold secrets. Whatever logs leaves their values out. */
export const SECRET_NAMES: readonly string[] = [
  'authorization',
  'cookie',
  'password',
  'secret',
  'token',
  ...SECRET_COLUMNS,
];

export const HIDDEN_VALUE = '[hidden]';

const secretNames = new Set(SECRET_NAMES.map((name) => name.toLowerCase()));
const DEEPEST = 8;
const MOST_MEMBERS = 100;
const LONGEST_TEXT = 8000;
const LONGEST_JSON = 32_768;

/**
 * Any value as JSON that is fit for the log: bounded in every direction, storable on both engines, and without the values
 * of members that usually hold secrets, however deep they are.
 */
export function loggableJson(value: unknown): JsonValue {
  const kept = loggable(value, 0);
  const text = JSON.stringify(kept);
  return text.length <= LONGEST_JSON ? kept : { cut: keptText(text, LONGEST_JSON / 2) };
}

function loggable(value: unknown, depth: number): JsonValue {
  if (typeof value === 'string') return keptText(value, LONGEST_TEXT);
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'boolean' || value === null || value === undefined) return value ?? null;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object') return `[${typeof value}]`;
  if (depth >= DEEPEST) return '[deeper]';
  if (Array.isArray(value)) return value.slice(0, MOST_MEMBERS).map((item) => loggable(item, depth + 1));
  const members = Object.entries(value)
    .slice(0, MOST_MEMBERS)
    .map(([name, member]) => [
      keptText(name, LONGEST_TEXT),
      secretNames.has(name.toLowerCase()) ? HIDDEN_VALUE : loggable(member, depth + 1),
    ]);
  return Object.fromEntries(members) as JsonValue;
}
