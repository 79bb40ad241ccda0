import { MESSAGE_ROLES, NoEmbedderError } from '@keelson/db-core';
import { z } from 'zod';
import type { Api, Services } from '../../api.ts';
import { uuidSchema } from '../../schemas/json.ts';
import { conversationSearchPageSchema, searchQuerySchema, toConversationSearchPage } from '../../schemas/search.ts';

const roleSchema = z.enum(MESSAGE_ROLES);

const querySchema = searchQuerySchema.extend({
  role: z
    .union([roleSchema, z.array(roleSchema)], `must be one or several of ${MESSAGE_ROLES.join(', ')}`)
    .exactOptional()
    .describe('Only messages of this role. May be given several times.'),
  conversationId: uuidSchema.exactOptional().describe('Only this conversation.'),
  includeArchived: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true'),
});

export function searchConversations(api: Api, { conversationsOf }: Services): void {
  api.get(
    '/v1/conversations/search',
    {
      config: { access: 'conversations:read', problems: [NoEmbedderError] },
      schema: {
        operationId: 'searchConversations',
        summary: 'Search conversations',
        description: 'Titles and messages of all branches, the best first. Deleted and hidden ones are never found.',
        tags: ['conversations'],
        querystring: querySchema,
        response: { 200: conversationSearchPageSchema },
      },
    },
    async (request) => toConversationSearchPage(await conversationsOf(request).search(request.query)),
  );
}
