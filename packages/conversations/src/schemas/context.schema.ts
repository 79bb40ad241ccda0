import { z } from 'zod';
import type { CountMessageTokens } from '../inputs.ts';
import { conversationIdSchema } from './conversation.schema.ts';
import { messageIdSchema } from './message.schema.ts';

const MAX_INTEGER = 2_147_483_647;
/** What a chat model's format puts around a message: its role and where it begins and ends. */
const TOKENS_PER_MESSAGE = 4;

const count = z.int().positive().max(MAX_INTEGER);

export const contextSchema = z
  .strictObject({
    conversationId: conversationIdSchema,
    maxTokens: count.optional(),
    maxMessages: count.optional(),
    includeSystem: z.boolean().default(true),
    includeUnfinished: z.boolean().default(true),
    leafId: messageIdSchema.optional(),
    tokensPerMessage: z.int().nonnegative().max(10_000).default(TOKENS_PER_MESSAGE),
    countTokens: z.custom<CountMessageTokens>((value) => typeof value === 'function', 'must be a function').optional(),
  })
  .refine(({ maxTokens, maxMessages }) => maxTokens !== undefined || maxMessages !== undefined, {
    path: ['maxTokens'],
    message: 'or maxMessages must be given: a context without an end is no context',
  })
  .transform(({ maxTokens = MAX_INTEGER, maxMessages = MAX_INTEGER, ...rest }) => ({
    ...rest,
    maxTokens,
    maxMessages,
  }));

export type ValidContext = z.output<typeof contextSchema>;
