import { Buffer } from 'node:buffer';
import { ValidationError } from '../errors/index.ts';

/** `count`: a whole number from 0 on. `pattern`: what LIKE takes. */
export type SlotRule = 'count' | 'pattern';

/** SQLite's bound, in bytes. */
const LONGEST_PATTERN = 50_000;

function refuse(given: string, expected: string): never {
  const message = `Given ${given}, where ${expected} is expected.`;
  throw new ValidationError(message, { details: { issues: [{ path: '', message }] } });
}

/** Where the engines differ in what they take: SQLite reads a negative LIMIT as none at all, PostgreSQL a null. */
export const slotRules: Readonly<Record<SlotRule, (value: unknown) => void>> = {
  count(value) {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return;
    refuse(String(value), 'a whole number from 0 on');
  },
  pattern(value) {
    if (typeof value !== 'string') return;
    const [escapes = ''] = /\\*$/.exec(value) ?? [];
    if (escapes.length % 2 === 1)
      refuse('a pattern that ends with its escape character', 'one that ends with what is escaped');
    if (Buffer.byteLength(value) > LONGEST_PATTERN)
      refuse(`a pattern of ${value.length} characters`, `one of at most ${LONGEST_PATTERN} bytes`);
  },
};
