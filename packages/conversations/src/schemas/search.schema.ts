import { MATCH_MODES, MESSAGE_ROLES, SEARCH_MODES } from '@keelson/db-core';
import { z } from 'zod';
import { conversationIdSchema } from './conversation.schema.ts';

export const MAX_SEARCH_LIMIT = 100;
export const DEFAULT_SEARCH_LIMIT = 20;

const role = z.enum(MESSAGE_ROLES);
const dateSchema = z.date('must be a date');

export const searchSchema = z.strictObject({
  query: z.string(),
  mode: z.enum(SEARCH_MODES).exactOptional(),
  match: z.enum(MATCH_MODES).exactOptional(),
  role: z.union([role, z.array(role).min(1, 'must name at least one')], 'must be a role or a list of them').optional(),
  from: dateSchema.optional(),
  to: dateSchema.optional(),
  conversationId: conversationIdSchema.optional(),
  includeArchived: z.boolean().default(false),
  limit: z.int().min(1).max(MAX_SEARCH_LIMIT).default(DEFAULT_SEARCH_LIMIT),
  cursor: z.string().max(1000).nullish(),
});
