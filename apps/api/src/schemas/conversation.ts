import { type Conversation, type ConversationSummary, MAX_TITLE_LENGTH } from '@keelson/conversations';
import { CONVERSATION_STATUSES } from '@keelson/db-core';
import { z } from 'zod';
import { givenTimeSchema, jsonObjectSchema, timeOf, timeSchema, uuidSchema } from './json.ts';
import { pageSchema } from './page.ts';

export const conversationStatusSchema = z.enum(CONVERSATION_STATUSES);

export const conversationSummarySchema = z
  .object({
    id: uuidSchema,
    title: z.string().nullable(),
    status: conversationStatusSchema,
    source: z.string().nullable().describe('Where it comes from, such as `chatgpt`.'),
    externalId: z.string().nullable().describe('The id that the source gave it.'),
    metadata: jsonObjectSchema,
    isHidden: z.boolean().describe('Left out of lists unless they ask for hidden ones.'),
    isCold: z
      .boolean()
      .describe('Are its messages in cold storage? Then they can be exported, and read again when it was thawed.'),
    version: z
      .int()
      .describe('Grows with each change of title, status or active leaf, not with messages. It is the ETag too.'),
    messageCount: z.int(),
    lastMessageAt: timeSchema.nullable().describe('Time of the newest message; null while there are none.'),
    createdAt: timeSchema,
    updatedAt: timeSchema,
    archivedAt: timeSchema.nullable(),
    closedAt: timeSchema.nullable(),
    deletedAt: timeSchema.nullable(),
    expiresAt: timeSchema.nullable().describe('From then on it may be erased for good; null: never.'),
  })
  .meta({ id: 'ConversationSummary', description: 'A conversation as lists give it.' });

export const conversationSchema = conversationSummarySchema
  .extend({
    activeLeafId: uuidSchema
      .nullable()
      .describe('The message that the next one follows; null while there are none, and in cold storage.'),
  })
  .meta({ id: 'Conversation', description: 'A conversation, without its messages.' });

export const conversationPageSchema = pageSchema(conversationSummarySchema).meta({ id: 'ConversationPage' });

const expiresAtSchema = givenTimeSchema.nullable().exactOptional();
const titleSchema = z.string().min(1).max(MAX_TITLE_LENGTH);

export const createConversationSchema = z
  .strictObject({
    id: uuidSchema.exactOptional().describe('By default a new one.'),
    title: titleSchema.nullable().exactOptional(),
    source: z.string().min(1).max(100).nullable().exactOptional().describe('Where it comes from.'),
    metadata: jsonObjectSchema.exactOptional(),
    isHidden: z.boolean().exactOptional(),
    expiresAt: expiresAtSchema.describe('From then on it may be erased for good; by default never.'),
  })
  .meta({ id: 'NewConversation', examples: [{ title: 'Release notes' }] });

export const updateConversationSchema = z
  .strictObject({
    title: titleSchema.nullable().exactOptional().describe('Null takes the title away.'),
    status: z
      .enum(['ACTIVE', 'ARCHIVED', 'CLOSED'])
      .exactOptional()
      .describe('`ARCHIVED` puts it away and `ACTIVE` takes it out again; `CLOSED` is for good.'),
    expiresAt: expiresAtSchema.describe('From then on it may be erased for good; null: never.'),
    isCold: z
      .boolean()
      .exactOptional()
      .describe('True packs the messages away, into cold storage; false brings them back exactly as they were.'),
  })
  .refine((change) => Object.keys(change).length > 0, 'must have a title, a status, an expiresAt or isCold')
  .meta({ id: 'ConversationChange', examples: [{ title: 'Release notes', status: 'ARCHIVED' }] });

export const conversationParamsSchema = z.strictObject({ conversationId: uuidSchema });
export const messageParamsSchema = conversationParamsSchema.extend({ messageId: uuidSchema });

export function toConversationSummary(conversation: ConversationSummary): z.output<typeof conversationSummarySchema> {
  return {
    id: conversation.id,
    title: conversation.title,
    status: conversation.status,
    source: conversation.source,
    externalId: conversation.externalId,
    metadata: conversation.metadata,
    isHidden: conversation.isHidden,
    isCold: conversation.isCold,
    version: conversation.version,
    messageCount: conversation.messageCount,
    lastMessageAt: timeOf(conversation.lastMessageAt),
    createdAt: timeOf(conversation.createdAt),
    updatedAt: timeOf(conversation.updatedAt),
    archivedAt: timeOf(conversation.archivedAt),
    closedAt: timeOf(conversation.closedAt),
    deletedAt: timeOf(conversation.deletedAt),
    expiresAt: timeOf(conversation.expiresAt),
  };
}

export function toConversation(conversation: Conversation): z.output<typeof conversationSchema> {
  return { ...toConversationSummary(conversation), activeLeafId: conversation.activeLeafId };
}
