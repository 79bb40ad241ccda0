import { z } from 'zod';

/** Longest content of a message, in UTF-16 units (what `string.length` counts): 4 Mi. */
export const MAX_CONTENT_LENGTH = 4_194_304;
export const MAX_TITLE_LENGTH = 500;
const MAX_SOURCE_LENGTH = 100;
export const MAX_MODEL_NAME_LENGTH = 200;
const MAX_REQUEST_ID_LENGTH = 255;

/** Why the text can't be stored the same way on both engines, or null. PostgreSQL has no U+0000, and UTF-8 no lone surrogates. */
export function textFault(text: string): string | null {
  if (text.includes('\0')) return 'contains the character U+0000, which cannot be stored';
  if (!text.isWellFormed()) return 'contains half of a surrogate pair, which is not text';
  return null;
}

interface TextBounds {
  readonly min?: number;
  readonly max: number;
}

/** A string that both engines keep unchanged. */
export function text({ min = 0, max }: TextBounds) {
  return z
    .string()
    .min(min, min === 1 ? 'must not be empty' : `must have at least ${min} characters`)
    .max(max, `must have at most ${max.toLocaleString('en')} characters`)
    .superRefine((value, context) => {
      const fault = textFault(value);
      if (fault !== null) context.addIssue({ code: 'custom', message: fault });
    });
}

/** Any UUID, whatever its version: ids that other programs made are kept as they are. */
export const uuidSchema = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/iu, 'is not a UUID')
  .toLowerCase();

export const titleSchema = text({ min: 1, max: MAX_TITLE_LENGTH });
export const sourceSchema = text({ min: 1, max: MAX_SOURCE_LENGTH });
export const requestIdSchema = text({ min: 1, max: MAX_REQUEST_ID_LENGTH });
export const contentSchema = text({ max: MAX_CONTENT_LENGTH });
