import { MAX_CONTENT_LENGTH, type Message, type PathMessage } from '@keelson/conversations';
import { MESSAGE_ROLES, MESSAGE_STATUSES } from '@keelson/db-core';
import { z } from 'zod';
import { jsonObjectSchema, jsonSchema, timeOf, timeSchema, uuidSchema } from './json.ts';
import { pageSchema } from './page.ts';

const name = z.string();

const partSchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('text'), text: z.string() }),
    z.strictObject({ type: z.literal('reasoning'), text: z.string() }),
    z.strictObject({
      type: z.literal('tool-call'),
      toolName: name,
      toolCallId: name.exactOptional(),
      input: jsonSchema.exactOptional(),
    }),
    z.strictObject({
      type: z.literal('tool-result'),
      toolName: name.exactOptional(),
      toolCallId: name.exactOptional(),
      output: jsonSchema.exactOptional(),
      isError: z.boolean().exactOptional(),
    }),
    z.strictObject({
      type: z.literal('attachment'),
      name: name.exactOptional(),
      mediaType: z.string().exactOptional(),
      url: z.string().exactOptional(),
      sizeBytes: z.int().exactOptional(),
    }),
    z.strictObject({ type: z.literal('data'), name, data: jsonSchema }),
  ])
  .meta({ id: 'MessagePart', description: 'A piece of a message that is more than text.' });

const roleSchema = z.enum(MESSAGE_ROLES);
const statusSchema = z
  .enum(MESSAGE_STATUSES)
  .describe('`partial` is still being written, and may be saved again with its request id; `aborted` was cut off.');

export const messageSchema = z
  .object({
    id: uuidSchema,
    conversationId: uuidSchema,
    seq: z.int().describe('1, 2, 3 … in each conversation, without gaps: the order in which messages were saved.'),
    parentId: uuidSchema.nullable().describe('The message that this one follows. Those with the same are branches.'),
    role: roleSchema,
    content: z.string(),
    parts: z.array(partSchema).nullable(),
    status: statusSchema,
    requestId: z.string().nullable(),
    externalId: z.string().nullable().describe('The id that the source gave it.'),
    source: z.string().nullable(),
    modelName: z.string().nullable(),
    tokens: z.int().nullable(),
    latencyMs: z.int().nullable(),
    metadata: jsonObjectSchema.describe('All metadata as saved; source, modelName, tokens and latencyMs included.'),
    createdAt: timeSchema,
  })
  .meta({ id: 'Message', description: 'A message. It stays as it was saved.' });

export const messagePageSchema = pageSchema(messageSchema).meta({ id: 'MessagePage' });
export const pathMessageSchema = messageSchema
  .extend({
    siblings: z
      .object({ position: z.int(), count: z.int() })
      .describe('Which of the messages that follow the same one it is, from 1, and how many there are.'),
  })
  .meta({ id: 'PathMessage', description: 'A message of a branch.' });

export const pathPageSchema = pageSchema(pathMessageSchema).meta({ id: 'PathPage' });
export const messageListSchema = z
  .object({ items: z.array(messageSchema) })
  .meta({ id: 'MessageList', description: 'Messages in the order in which they were saved.' });

export const newMessageSchema = z
  .strictObject({
    role: roleSchema,
    content: z.string().max(MAX_CONTENT_LENGTH).describe('May be empty only with parts, or while it is not complete.'),
    requestId: z
      .string()
      .min(1)
      .max(255)
      .nullable()
      .exactOptional()
      .describe('Names the request. The same message sent again with it is saved once and answered with 200.'),
    requestPart: z.int().min(0).exactOptional().describe('Tells several messages of one role and request apart.'),
    parentId: uuidSchema
      .nullable()
      .exactOptional()
      .describe(
        'The message that this one follows; by default the latest in use. Null: none, as the first one; a question put anew.',
      ),
    parts: z.array(partSchema).nullable().exactOptional(),
    status: statusSchema.exactOptional(),
    metadata: jsonObjectSchema
      .exactOptional()
      .describe(
        '`source`, `modelName`, `tokens` and `latencyMs` have columns of their own; anything else is kept too.',
      ),
  })
  .meta({ id: 'NewMessage', examples: [{ role: 'user', content: 'What changed?', requestId: 'request-1' }] });

export function toMessage(message: Message): z.output<typeof messageSchema> {
  return {
    id: message.id,
    conversationId: message.conversationId,
    seq: message.seq,
    parentId: message.parentId,
    role: message.role,
    content: message.content,
    parts: message.parts === null ? null : [...message.parts],
    status: message.status,
    requestId: message.requestId,
    externalId: message.externalId,
    source: message.source,
    modelName: message.modelName,
    tokens: message.tokens,
    latencyMs: message.latencyMs,
    metadata: message.metadata,
    createdAt: timeOf(message.createdAt),
  };
}

export function toPathMessage(message: PathMessage): z.output<typeof pathMessageSchema> {
  return { ...toMessage(message), siblings: message.siblings };
}
