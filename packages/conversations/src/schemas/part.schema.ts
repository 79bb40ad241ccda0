import { z } from 'zod';
import type { MessagePart } from '../types.ts';
import { jsonSchema } from './json.schema.ts';
import { MAX_CONTENT_LENGTH, contentSchema, text } from './text.schema.ts';

export const MAX_PARTS = 1_000;
/** Longest list of parts, as JSON text in UTF-16 units. */
export const MAX_PARTS_LENGTH = MAX_CONTENT_LENGTH;

const name = text({ min: 1, max: 200 });
const toolCallId = text({ min: 1, max: 200 }).optional();

const partSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: contentSchema }),
  z.strictObject({ type: z.literal('reasoning'), text: contentSchema }),
  z.strictObject({ type: z.literal('tool-call'), toolName: name, toolCallId, input: jsonSchema.optional() }),
  z.strictObject({
    type: z.literal('tool-result'),
    toolName: name.optional(),
    toolCallId,
    output: jsonSchema.optional(),
    isError: z.boolean().optional(),
  }),
  z.strictObject({
    type: z.literal('attachment'),
    name: text({ max: 1_000 }).optional(),
    mediaType: text({ max: 200 }).optional(),
    url: contentSchema.optional(),
    sizeBytes: z.int().nonnegative().optional(),
  }),
  z.strictObject({ type: z.literal('data'), name, data: jsonSchema }),
]);

/** A list of parts without `undefined` members. */
export const partsSchema = z
  .array(partSchema)
  .min(1, 'must not be empty; leave it out instead')
  .max(MAX_PARTS)
  .transform((parts, context): readonly MessagePart[] => {
    const json = JSON.stringify(parts);
    if (json.length > MAX_PARTS_LENGTH) {
      context.addIssue({
        code: 'custom',
        message: `must have at most ${MAX_PARTS_LENGTH.toLocaleString('en')} characters as JSON`,
      });
      return z.NEVER;
    }
    return parts.map(
      (part) => Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined)) as MessagePart,
    );
  });
