import { z } from 'zod';
import { conversationIdSchema, conversationStatusSchema } from './conversation.schema.ts';
import { sourceSchema } from './text.schema.ts';

export const MAX_LIMIT = 500;
export const DEFAULT_LIMIT = 50;

export const limit = z.int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT);
export const cursor = z.string().max(200).nullish();

export const listConversationsSchema = z
  .strictObject({
    status: z
      .union(
        [conversationStatusSchema, z.array(conversationStatusSchema).min(1, 'must name at least one')],
        'must be a status or a list of them',
      )
      .optional(),
    includeHidden: z.boolean().default(false),
    limit,
    cursor,
  })
  .prefault({});

export const getMessagesSchema = z.strictObject({
  conversationId: conversationIdSchema,
  order: z.enum(['asc', 'desc']).default('asc'),
  limit,
  cursor,
});

export const lastMessagesSchema = z.strictObject({
  conversationId: conversationIdSchema,
  n: z.int().min(1).max(MAX_LIMIT),
});

export const followSchema = z.strictObject({
  conversationId: conversationIdSchema,
  after: z.string().min(1).max(2000).optional(),
  signal: z.instanceof(AbortSignal, { error: 'must be an AbortSignal' }).optional(),
});

export const getBySourceSchema = z.strictObject({
  source: sourceSchema,
  conversationId: conversationIdSchema.optional(),
  limit,
  cursor,
});
