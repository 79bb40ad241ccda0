import { MESSAGE_ROLES, MESSAGE_STATUSES } from '@keelson/db-core';
import { z } from 'zod';
import type { JsonObject, MessageId } from '../types.ts';
import { conversationIdSchema } from './conversation.schema.ts';
import { metadataSchema } from './json.schema.ts';
import { partsSchema } from './part.schema.ts';
import {
  contentSchema,
  MAX_MODEL_NAME_LENGTH,
  requestIdSchema,
  sourceSchema,
  text,
  uuidSchema,
} from './text.schema.ts';

/** What both engines' `integer` takes. */
export const MAX_INTEGER = 2_147_483_647;

export const messageIdSchema = uuidSchema.transform((id) => id as MessageId);

/** Metadata of a message: four members that Keelson knows, and any others. */
export interface KnownMetadata {
  readonly source: string | null;
  readonly modelName: string | null;
  readonly tokens: number | null;
  readonly latencyMs: number | null;
  readonly rest: JsonObject;
}

export const knownSchema = z.object({
  source: sourceSchema.nullish(),
  modelName: text({ min: 1, max: MAX_MODEL_NAME_LENGTH }).nullish(),
  tokens: z.int().nonnegative().max(MAX_INTEGER).nullish(),
  latencyMs: z.number().nonnegative().max(MAX_INTEGER).transform(Math.round).nullish(),
});

export const messageMetadataSchema = metadataSchema.transform((metadata, context): KnownMetadata => {
  const known = knownSchema.safeParse(metadata);
  if (!known.success) {
    for (const { path, message } of known.error.issues) context.addIssue({ code: 'custom', path: [...path], message });
    return z.NEVER;
  }
  const { source = null, modelName = null, tokens = null, latencyMs = null } = known.data;
  // Not by rest: any name may be among the others, `__proto__` too, and what zod gives leaves that one out.
  const rest = Object.fromEntries(Object.entries(metadata).filter(([name]) => !Object.hasOwn(knownSchema.shape, name)));
  return { source, modelName, tokens, latencyMs, rest };
});

export const saveMessageSchema = z
  .strictObject({
    conversationId: conversationIdSchema,
    content: contentSchema,
    requestId: requestIdSchema.nullish(),
    requestPart: z.int().nonnegative().max(MAX_INTEGER).default(0),
    parentId: messageIdSchema.nullish(),
    parts: partsSchema.nullish(),
    status: z.enum(MESSAGE_STATUSES).default('complete'),
    metadata: messageMetadataSchema.default({ source: null, modelName: null, tokens: null, latencyMs: null, rest: {} }),
  })
  .superRefine(({ content, parts, status }, context) => {
    if (content === '' && !parts && status === 'complete') {
      context.addIssue({
        code: 'custom',
        path: ['content'],
        message: 'must not be empty unless there are parts, or the message is partial or aborted',
      });
    }
  });

export const saveAnyMessageSchema = saveMessageSchema.safeExtend({ role: z.enum(MESSAGE_ROLES) });

export type ValidMessage = z.output<typeof saveMessageSchema>;
