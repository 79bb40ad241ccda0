import { ConversationColdError, ConversationNotFoundError } from '@keelson/conversations';
import { z } from 'zod';
import type { Api, Services } from '../../api.ts';
import { conversationParamsSchema } from '../../schemas/conversation.ts';
import { messagePageSchema, toMessage } from '../../schemas/message.ts';
import { cursorSchema, limitSchema } from '../../schemas/page.ts';

const querySchema = z.strictObject({
  order: z.enum(['asc', 'desc']).default('asc').describe('`asc`: the first message first.'),
  limit: limitSchema,
  cursor: cursorSchema,
});

export function listMessages(api: Api, { conversationsOf }: Services): void {
  api.get(
    '/v1/conversations/:conversationId/messages',
    {
      config: { access: 'conversations:read', problems: [ConversationNotFoundError, ConversationColdError] },
      schema: {
        operationId: 'listMessages',
        summary: 'List the messages of a conversation',
        description: 'In the order in which they were saved; all branches.',
        tags: ['messages'],
        params: conversationParamsSchema,
        querystring: querySchema,
        response: { 200: messagePageSchema },
      },
    },
    async (request) => {
      const { conversationId } = request.params;
      const { items, nextCursor } = await conversationsOf(request).getMessages({ ...request.query, conversationId });
      return { items: items.map(toMessage), nextCursor };
    },
  );
}
