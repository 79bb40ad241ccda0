import { CONVERSATION_STATUSES } from '@keelson/db-core';
import { z } from 'zod';
import type { Api, Services } from '../../api.ts';
import { conversationPageSchema, conversationStatusSchema, toConversationSummary } from '../../schemas/conversation.ts';
import { yesOrNoSchema } from '../../schemas/json.ts';
import { cursorSchema, limitSchema } from '../../schemas/page.ts';

const querySchema = z.strictObject({
  status: z
    .union(
      [conversationStatusSchema, z.array(conversationStatusSchema)],
      `must be one or several of ${CONVERSATION_STATUSES.join(', ')}`,
    )
    .exactOptional()
    .describe('May be given several times. By default active and closed ones.'),
  includeHidden: yesOrNoSchema(false),
  limit: limitSchema,
  cursor: cursorSchema,
});

export function listConversations(api: Api, { conversationsOf }: Services): void {
  api.get(
    '/v1/conversations',
    {
      config: { access: 'conversations:read' },
      schema: {
        operationId: 'listConversations',
        summary: 'List conversations',
        description: 'The latest activity first; those without messages last.',
        tags: ['conversations'],
        querystring: querySchema,
        response: { 200: conversationPageSchema },
      },
    },
    async (request) => {
      const { items, nextCursor } = await conversationsOf(request).listConversations(request.query);
      return { items: items.map(toConversationSummary), nextCursor };
    },
  );
}
