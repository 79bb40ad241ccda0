import { DEFAULT_LIMIT, MAX_LIMIT } from '@keelson/conversations';
import { z } from 'zod';
import { wholeNumberSchema } from './json.ts';

export const limitSchema = wholeNumberSchema(1, MAX_LIMIT).default(DEFAULT_LIMIT).describe('How many at most.');

export const cursorSchema = z.string().max(200).exactOptional().describe('`nextCursor` of the page before.');

/** A page of a list. */
export function pageSchema<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    nextCursor: z.string().nullable().describe('Hand it back as `cursor` to go on; null on the last page.'),
  });
}
