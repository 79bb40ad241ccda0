import { createHash } from 'node:crypto';
import * as z from 'zod';
import { ValidationError } from '../errors/index.ts';

const kindSchema = z
  .string('must be text')
  .min(1, 'must not be empty')
  .max(100, 'must have at most 100 characters')
  .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), 'must have no control characters');

const idSchema = z.uuid('must be an id').toLowerCase();

export const nearestSchema = z.object({
  kinds: z.array(kindSchema).max(100, 'must be at most 100').optional(),
  limit: z.int('must be a whole number').min(1, 'must be at least 1').max(1000, 'must be at most 1,000').default(10),
});

export const entitiesSchema = z.object({ kind: kindSchema, entityIds: z.array(idSchema) });

const partSchema = z
  .object({
    part: z.int('must be a whole number').min(0, 'must be at least 0').max(2_147_483_647, 'is too large'),
    text: z.string('must be text'),
    hash: z.string('must be text').min(1, 'must not be empty').max(100, 'must have at most 100 characters').optional(),
  })
  .transform(({ part, text, hash }) => ({
    part,
    text,
    hash: hash ?? createHash('sha256').update(text).digest('base64url'),
  }));

export const sourceSchema = z.object({
  kind: kindSchema,
  entityId: idSchema,
  parts: z
    .array(partSchema)
    .refine((parts) => new Set(parts.map(({ part }) => part)).size === parts.length, 'must have numbers of their own')
    .transform((parts) => parts.filter(({ text }) => text.trim() !== '')),
});

/** Values aren't repeated: they may be anybody's text. */
export function checked<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const issues = result.error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }));
  const told = issues.map(({ path, message }) => `${path} ${message}`).join('; ');
  throw new ValidationError(`The input is not valid: ${told}.`, { details: { issues } });
}
