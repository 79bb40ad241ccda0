import * as z from 'zod';
import { ValidationError } from '../errors/index.ts';

/** The input as the schema gives it back. Throws `ValidationError` with every fault in `details.issues`; values aren't repeated. */
export function parseInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const issues = result.error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }));
  const told = issues.map(({ path, message }) => (path === '' ? message : `${path} ${message}`)).join('; ');
  throw new ValidationError(`The input is not valid: ${told}.`, { details: { issues } });
}

const LONGEST_PAGE = 500;

/** What every list takes. */
export const pageShape = {
  limit: z
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(LONGEST_PAGE, `must be at most ${LONGEST_PAGE}`)
    .default(50),
  cursor: z.string('must be a cursor that a list gave').max(2000, 'must be a cursor that a list gave').nullish(),
};

/** Opaque to callers: the sort key of the last item handed out. */
function encodeCursor(key: string): string {
  return Buffer.from(key).toString('base64url');
}

export function decodeCursor(cursor: string | null | undefined): string {
  return cursor === null || cursor === undefined ? '' : Buffer.from(cursor, 'base64url').toString();
}

/** A page of a list. `nextCursor` is null on the last one; otherwise hand it back to go on. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/** Makes a page of rows that were read with one more than the limit. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  { item, key }: { item: (row: Row) => Item; key: (row: Row) => string },
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(item),
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(key(last)) : null,
  };
}

/** Text of a bounded length that both engines can store. */
export function boundedText(max: number): z.ZodString {
  return z
    .string('must be text')
    .trim()
    .min(1, 'must not be empty')
    .max(max, `must have at most ${max} characters`)
    .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), 'must have no control characters');
}
