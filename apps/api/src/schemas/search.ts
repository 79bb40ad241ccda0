import {
  type ConversationHit,
  type ConversationSearchPage,
  DEFAULT_SEARCH_LIMIT,
  MAX_SEARCH_LIMIT,
} from '@keelson/conversations';
import { MATCH_MODES, MESSAGE_ROLES, SEARCH_MODES, type SearchHit, type SearchPage } from '@keelson/db-core';
import { z } from 'zod';
import { timeOf, timeSchema, uuidSchema, wholeNumberSchema } from './json.ts';

const timeQuery = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2026-01-31T12:00:00Z' })
  .transform((text) => new Date(text))
  .exactOptional();

/** What both searches take. */
export const searchQuerySchema = z.strictObject({
  query: z
    .string()
    .max(1000)
    .describe('Words, in any form of an English word; `"these words"`, `begin*`, `-without`, `this OR that`.'),
  mode: z
    .enum(SEARCH_MODES)
    .exactOptional()
    .describe(
      'By words, by meaning, or by both. The last two need an embedding model. By default `hybrid` where one is set that was trained, unless `match` is given; else `text`.',
    ),
  match: z
    .enum(MATCH_MODES)
    .exactOptional()
    .describe('Must a text have all the words, or any of them? By default `all`.'),
  from: timeQuery.describe('Nothing from before this.'),
  to: timeQuery.describe('Only what is from before this.'),
  limit: wholeNumberSchema(1, MAX_SEARCH_LIMIT).default(DEFAULT_SEARCH_LIMIT).describe('How many at most.'),
  cursor: z.string().max(1000).exactOptional().describe('`nextCursor` of the page before.'),
});

const rangeSchema = z.object({ start: z.int(), end: z.int() });

const highlightSchema = z
  .object({
    field: z.string(),
    ranges: z.array(rangeSchema).describe('Where in the whole text it was found, in UTF-16 units.'),
    excerpt: rangeSchema.extend({ text: z.string() }).describe('The part of the text to show.'),
  })
  .meta({ id: 'Highlight', description: 'What was found in one text. Without ranges, it was found by its meaning.' });

const pageFields = {
  nextCursor: z
    .string()
    .nullable()
    .describe('Hand it back as `cursor` to go on; null on the last page. A page may have fewer than the limit before.'),
  mode: z.enum(SEARCH_MODES).describe('What it was searched by.'),
  isCurrent: z.boolean().describe("False while something that changed isn't in the index yet."),
  isOutdated: z.boolean().describe('Was the index made by another version? `keelson search reindex` mends it.'),
  isBounded: z.boolean().describe('Did so much answer that not all of it was looked at?'),
};

const common = {
  title: z.string().nullable(),
  at: timeSchema,
  score: z.number().describe('Higher is better. Only to be compared with others of the same search.'),
  highlights: z.array(highlightSchema),
};

export const searchPageSchema = z
  .object({
    items: z.array(
      z.object({
        kind: z.string().describe('What it is, such as `message`.'),
        id: uuidSchema,
        details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
        ...common,
      }),
    ),
    ...pageFields,
  })
  .meta({ id: 'SearchPage', description: 'What was found, the best first.' });

export const conversationSearchPageSchema = z
  .object({
    items: z.array(
      z.discriminatedUnion('type', [
        z.object({ type: z.literal('conversation'), conversationId: uuidSchema, ...common }),
        z.object({
          type: z.literal('message'),
          conversationId: uuidSchema,
          messageId: uuidSchema,
          seq: z.int(),
          role: z.enum(MESSAGE_ROLES),
          ...common,
        }),
      ]),
    ),
    ...pageFields,
  })
  .meta({ id: 'ConversationSearchPage', description: 'What was found, the best first.' });

export function toSearchPage({ items, ...page }: SearchPage): z.output<typeof searchPageSchema> {
  return { items: items.map(({ kind, id, details, ...hit }) => ({ kind, id, details, ...toCommon(hit) })), ...page };
}

export function toConversationSearchPage({
  items,
  ...page
}: ConversationSearchPage): z.output<typeof conversationSearchPageSchema> {
  return { items: items.map((hit) => ({ ...hit, ...toCommon(hit) })), ...page };
}

function toCommon({
  title,
  at,
  score,
  highlights,
}: Pick<ConversationHit | SearchHit, 'title' | 'at' | 'score' | 'highlights'>) {
  return {
    title,
    at: timeOf(at),
    score,
    highlights: highlights.map(({ field, ranges, excerpt }) => ({ field, ranges: [...ranges], excerpt })),
  };
}
