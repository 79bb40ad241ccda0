import { z } from 'zod';
import { changeOptions, conversationIdSchema } from './conversation.schema.ts';
import { messageIdSchema } from './message.schema.ts';
import { cursor, limit } from './page.schema.ts';

export const activePathSchema = z.strictObject({
  conversationId: conversationIdSchema,
  leafId: messageIdSchema.optional(),
  order: z.enum(['asc', 'desc']).default('asc'),
  limit,
  cursor,
});

export const messagePlaceSchema = z.strictObject({ conversationId: conversationIdSchema, messageId: messageIdSchema });

export const siblingsSchema = messagePlaceSchema.extend({
  limit,
  cursor,
});

export const activeLeafSchema = z
  .strictObject({
    conversationId: conversationIdSchema,
    messageId: messageIdSchema,
    options: changeOptions.extend({ toNewest: z.boolean().default(false) }).prefault({}),
  })
  .transform(({ options, ...input }) => ({ ...input, ...options }));
