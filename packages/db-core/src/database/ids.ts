import { v7 } from 'uuid';

/**
 * A new id: UUIDv7 (RFC 9562), which sorts by the time it was made, also within one millisecond of one process.
 *
 * @example
 * ```ts
 * newId(); // '019aa6c0-…'
 * ```
 */
export function newId(): string {
  return v7();
}

/** Below every id that is made at this time or later. */
export function lowestIdOf(time: Date): string {
  const hex = Math.max(0, time.getTime()).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-0000-0000-000000000000`;
}
