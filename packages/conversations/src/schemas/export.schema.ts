import { z } from 'zod';
import { BRANCHES } from '../export/branches.ts';
import { EXPORT_FORMATS } from '../export/export.ts';
import { conversationIdSchema } from './conversation.schema.ts';

const optionsSchema = z.strictObject({
  format: z.enum(EXPORT_FORMATS),
  branches: z.enum(BRANCHES).default('active'),
  fonts: z.array(z.string().min(1, 'must be the path of a file')).max(20).default([]),
  signal: z.custom<AbortSignal>((value) => value instanceof AbortSignal, 'must be an AbortSignal').optional(),
});

export const exportSchema = z.strictObject({ conversationId: conversationIdSchema, options: optionsSchema });

export const exportSelectionSchema = optionsSchema.extend({ ids: z.array(conversationIdSchema).optional() });
