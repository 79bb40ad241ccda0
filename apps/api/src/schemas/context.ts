import type { ModelContext } from '@keelson/conversations';
import { z } from 'zod';
import { messageSchema, toMessage } from './message.ts';
import { uuidSchema, wholeNumberSchema, yesOrNoSchema } from './json.ts';

const MAX_INTEGER = 2_147_483_647;
const MAX_TOKENS_PER_MESSAGE = 10_000;

export const contextQuerySchema = z
  .strictObject({
    maxTokens: wholeNumberSchema(1, MAX_INTEGER)
      .exactOptional()
      .describe('Most tokens of all messages together. This or `maxMessages` is needed.'),
    maxMessages: wholeNumberSchema(1, MAX_INTEGER)
      .exactOptional()
      .describe('Most messages, system messages not counted.'),
    includeSystem: yesOrNoSchema(true).describe("The branch's system messages, however old they are."),
    includeUnfinished: yesOrNoSchema(true).describe(
      'What was said of answers that were cut off, or are still being written.',
    ),
    leafId: uuidSchema.exactOptional().describe('The branch that ends with this message; by default the one in use.'),
    tokensPerMessage: wholeNumberSchema(0, MAX_TOKENS_PER_MESSAGE)
      .exactOptional()
      .describe("What the model's format adds to each message; by default 4."),
  })
  .refine(({ maxTokens, maxMessages }) => maxTokens !== undefined || maxMessages !== undefined, {
    path: ['maxTokens'],
    message: 'or maxMessages must be given: a context without an end is no context',
  });

export const contextSchema = z
  .object({
    messages: z
      .array(
        messageSchema
          .extend({
            tokenCount: z.int().describe("What it takes of the budget, by `o200k_base` and the model's format."),
          })
          .meta({ id: 'ContextMessage' }),
      )
      .describe('The oldest first; system messages at their places.'),
    tokens: z.object({ system: z.int(), conversation: z.int(), total: z.int() }),
    leftOut: z
      .object({
        earlier: z.int().describe('Those for which there was no room.'),
        incomplete: z.int().describe('Empty or unfinished ones, and calls and results of tools without each other.'),
      })
      .describe('Messages of the branch that are not in it.'),
  })
  .meta({ id: 'ModelContext', description: 'What a model is given of a conversation.' });

export function toContext({ messages, tokens, leftOut }: ModelContext): z.output<typeof contextSchema> {
  return {
    messages: messages.map((message) => ({ ...toMessage(message), tokenCount: message.tokenCount })),
    tokens,
    leftOut,
  };
}
