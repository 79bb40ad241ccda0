import { deriveId } from '../import/derive-id.ts';
import { timeOf } from '../import/fields.ts';
import { Cleaner } from '../import/imported.ts';
import { uuidSchema } from '../schemas/text.schema.ts';
import { SYSTEM } from './legacy-tables.ts';

const MAX_EXTERNAL_ID_LENGTH = 255;
/** Numbers from here on are milliseconds since 1970; as seconds they would lie thousands of years ahead. */
const FIRST_MILLISECONDS = 100_000_000_000;
const TIME =
  /^(?<date>\d{4}-\d{2}-\d{2})(?:[ T](?<time>\d{2}:\d{2}(?::\d{2})?)(?:[.,](?<fraction>\d{1,9}))?)? ?(?<zone>Z|[+-]\d{2}:?\d{2})?$/i;

/**
 * `YYYY-MM-DD HH:MM:SS[.ffffff]`, which is UTC, and what other programs write into such columns: ISO 8601 with its T and
 * its zone, a date alone, seconds or milliseconds since 1970. Null for anything else.
 */
export function legacyTime(value: unknown): Date | null {
  if (typeof value === 'number') return timeOf(value < FIRST_MILLISECONDS ? value * 1_000 : value);
  const text = textOf(value)?.trim();
  if (text === undefined) return null;
  if (/^\d{9,13}(?:\.\d+)?$/.test(text)) return legacyTime(Number(text));
  const { date, time = '00:00:00', fraction = '', zone = 'Z' } = TIME.exec(text)?.groups ?? {};
  if (date === undefined) return null;
  const seconds = time.length === 5 ? `${time}:00` : time;
  const utc = new Date(`${date}T${seconds}.${fraction.padEnd(3, '0').slice(0, 3)}Z`);
  // The 30th of February would otherwise become the 2nd of March.
  if (Number.isNaN(utc.getTime()) || !utc.toISOString().startsWith(`${date}T${seconds}`)) return null;
  return timeOf(utc.getTime() - offsetOf(zone));
}

/** Milliseconds by which a zone is ahead of UTC. */
function offsetOf(zone: string): number {
  const { sign, hours, minutes } = /^(?<sign>[+-])(?<hours>\d{2}):?(?<minutes>\d{2})$/.exec(zone)?.groups ?? {};
  if (sign === undefined) return 0;
  return (sign === '-' ? -60_000 : 60_000) * (Number(hours) * 60 + Number(minutes));
}

/** Text as it is, numbers as text, bytes that are UTF-8; undefined for null and for other bytes. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (!(value instanceof Uint8Array)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    return undefined;
  }
}

/** SQLite has no booleans of its own: programs write 1, `true` and `t`. Undefined where nothing is said. */
export function booleanOf(value: unknown): boolean | undefined {
  const text = textOf(value)?.trim().toLowerCase();
  if (text === undefined || text === '') return undefined;
  return !['0', '0.0', 'false', 'f', 'no', 'n'].includes(text);
}

export interface LegacyId {
  readonly id: string;
  /** The id that it had there. */
  readonly externalId: string;
  readonly isKept: boolean;
}

/** A UUID is kept; from anything else one is made, always the same. Undefined where there is no id. */
export function idOf(table: string, value: unknown): LegacyId | undefined {
  const text = new Cleaner().text(textOf(value)?.trim() ?? '');
  if (text === '') return undefined;
  const uuid = uuidSchema.safeParse(text);
  const externalId = text.length <= MAX_EXTERNAL_ID_LENGTH ? text : deriveId(text);
  if (uuid.success) return { id: uuid.data, externalId, isKept: true };
  return { id: deriveId(SYSTEM, table, externalId), externalId, isKept: false };
}
