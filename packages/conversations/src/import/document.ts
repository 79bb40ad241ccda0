import { MESSAGE_ROLES, MESSAGE_STATUSES } from '@keelson/db-core';
import { z } from 'zod';
import { EXPORT_FORMAT } from '../export/export-conversation.ts';
import { conversationIdSchema } from '../schemas/conversation.schema.ts';
import { metadataSchema } from '../schemas/json.schema.ts';
import { MAX_INTEGER, messageIdSchema, messageMetadataSchema } from '../schemas/message.schema.ts';
import { partsSchema } from '../schemas/part.schema.ts';
import { contentSchema, requestIdSchema, sourceSchema, text, titleSchema } from '../schemas/text.schema.ts';
import { isFields } from './fields.ts';
import { ImportFault } from './imported.ts';

const timeSchema = z.iso.datetime({ precision: 3 }).transform((time) => new Date(time));
const externalIdSchema = text({ min: 1, max: 255 }).nullable();

const conversationSchema = z.strictObject({
  id: conversationIdSchema,
  title: titleSchema.nullable(),
  status: z.enum(['ACTIVE', 'ARCHIVED', 'CLOSED']),
  source: sourceSchema.nullable(),
  externalId: externalIdSchema,
  metadata: metadataSchema,
  isHidden: z.boolean(),
  version: z.int().positive().max(MAX_INTEGER),
  messageCount: z.int().nonnegative(),
  lastMessageAt: timeSchema.nullable(),
  createdAt: timeSchema,
  updatedAt: timeSchema,
  archivedAt: timeSchema.nullable(),
  closedAt: timeSchema.nullable(),
  deletedAt: z.null(),
  // Exports from before it was among them have none.
  expiresAt: timeSchema.nullable().default(null),
  activeLeafId: messageIdSchema.nullable(),
});

/** `source`, `modelName`, `tokens` and `latencyMs` stand among the metadata too, and are taken from there. */
const messageSchema = z.strictObject({
  id: messageIdSchema,
  conversationId: conversationIdSchema,
  seq: z.int().positive(),
  parentId: messageIdSchema.nullable(),
  role: z.enum(MESSAGE_ROLES),
  content: contentSchema,
  parts: partsSchema.nullable(),
  status: z.enum(MESSAGE_STATUSES),
  requestId: requestIdSchema.nullable(),
  requestPart: z.int().nonnegative().max(MAX_INTEGER),
  externalId: externalIdSchema,
  source: z.unknown(),
  modelName: z.unknown(),
  tokens: z.unknown(),
  latencyMs: z.unknown(),
  metadata: messageMetadataSchema,
  createdAt: timeSchema,
});

const documentSchema = z.strictObject({
  format: z.literal(EXPORT_FORMAT),
  conversation: conversationSchema,
  messages: z.array(messageSchema),
});

/** A conversation as Keelson exports it, checked. */
export type RestorableDocument = z.output<typeof documentSchema>;
export type RestorableMessage = RestorableDocument['messages'][number];

export function isDocument(element: unknown): boolean {
  return isFields(element) && typeof element.format === 'string' && element.format.startsWith('keelson.conversation/');
}

/** Throws `ImportFault` when it isn't whole: what was exported comes back exactly, or not at all. */
export function readDocument(element: unknown): RestorableDocument {
  const { data, error } = documentSchema.safeParse(element);
  if (data === undefined) {
    const [issue] = error.issues;
    throw fault(issue === undefined ? 'is broken' : `${issue.path.join('.')}: ${issue.message}`);
  }
  const { conversation, messages } = data;
  if (messages.length !== conversation.messageCount)
    throw fault(`has ${messages.length} messages and should have ${conversation.messageCount}`);
  const ids = new Set<string>();
  let last = 0;
  for (const { id, seq, parentId, conversationId } of messages) {
    if (conversationId !== conversation.id) throw fault(`message ${id} is of another conversation`);
    if (ids.has(id)) throw fault(`has two messages ${id}`);
    if (seq <= last) throw fault(`message ${id} is out of order`);
    if (parentId !== null && !ids.has(parentId)) throw fault(`message ${id} follows none of those before it`);
    ids.add(id);
    last = seq;
  }
  const { activeLeafId } = conversation;
  if (activeLeafId === null ? messages.length > 0 : !ids.has(activeLeafId))
    throw fault('its active leaf is none of its messages');
  return data;
}

function fault(message: string): ImportFault {
  return new ImportFault('NOT_A_CONVERSATION', message);
}
