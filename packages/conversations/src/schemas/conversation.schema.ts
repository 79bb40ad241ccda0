import { CONVERSATION_STATUSES } from '@keelson/db-core';
import { z } from 'zod';
import type { ConversationId } from '../types.ts';
import { metadataSchema } from './json.schema.ts';
import { sourceSchema, titleSchema, uuidSchema } from './text.schema.ts';

export const conversationIdSchema = uuidSchema.transform((id) => id as ConversationId);
export const conversationStatusSchema = z.enum(CONVERSATION_STATUSES);

/** Years that both engines can hold. */
const LATEST = new Date('9999-12-31T23:59:59.999Z');
const expiresAtSchema = z.date('must be a date').max(LATEST, 'must be before the year 10000');

export const createConversationSchema = z
  .strictObject({
    id: conversationIdSchema.optional(),
    title: titleSchema.nullish(),
    source: sourceSchema.nullish(),
    metadata: metadataSchema.optional(),
    isHidden: z.boolean().optional(),
    expiresAt: expiresAtSchema.nullish(),
  })
  .prefault({});

export const conversationIdInput = z.strictObject({ conversationId: conversationIdSchema });

export const changeOptions = z.strictObject({ ifVersion: z.int32().positive().optional() });
const options = changeOptions.prefault({});

export const changeSchema = z
  .strictObject({ conversationId: conversationIdSchema, options })
  .transform(({ conversationId, options: { ifVersion } }) => ({ conversationId, ifVersion }));

export const renameSchema = z
  .strictObject({ conversationId: conversationIdSchema, title: titleSchema.nullable(), options })
  .transform(({ conversationId, title, options: { ifVersion } }) => ({ conversationId, title, ifVersion }));

export const expirySchema = z
  .strictObject({ conversationId: conversationIdSchema, expiresAt: expiresAtSchema.nullable(), options })
  .transform(({ conversationId, expiresAt, options: { ifVersion } }) => ({ conversationId, expiresAt, ifVersion }));
