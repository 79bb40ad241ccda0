import { v7 } from 'uuid';

let last = { msecs: 0, seq: 0 };
const MOST_SEQ = 2 ** 31;

/** An id for something that happened at this time: ids of this process sort by time, and by their making within one millisecond. */
export function idAt(at: Date): string {
  const msecs = Math.max(0, at.getTime());
  // The upper half of the room is left for those that come later in the same millisecond.
  last = { msecs, seq: msecs === last.msecs ? last.seq + 1 : Math.floor(Math.random() * MOST_SEQ) };
  return v7(last);
}

/** What lies before every id of this time and later, and after every id before it. */
export function idBefore(at: Date): string {
  const hex = Math.max(0, at.getTime()).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-0000-0000-000000000000`;
}

/** UUIDs are compared as such on PostgreSQL, so that a list can't begin before or after an empty text. */
export const BEFORE_ALL_IDS = '00000000-0000-0000-0000-000000000000';
export const AFTER_ALL_IDS = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
