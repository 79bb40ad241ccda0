import { ConversationColdError, ConversationNotFoundError, MessageNotFoundError } from '@keelson/conversations';
import { z } from 'zod';
import type { Api, Services } from '../../api.ts';
import { messageParamsSchema } from '../../schemas/conversation.ts';
import { messagePageSchema, toMessage } from '../../schemas/message.ts';
import { cursorSchema, limitSchema } from '../../schemas/page.ts';

const querySchema = z.strictObject({ limit: limitSchema, cursor: cursorSchema });

export function listSiblings(api: Api, { conversationsOf }: Services): void {
  api.get(
    '/v1/conversations/:conversationId/messages/:messageId/siblings',
    {
      config: {
        access: 'conversations:read',
        problems: [ConversationNotFoundError, ConversationColdError, MessageNotFoundError],
      },
      schema: {
        operationId: 'listSiblings',
        summary: 'List all messages that follow the same one',
        description:
          'The message itself included, in the order in which they were saved: answers that were given anew.',
        tags: ['messages'],
        params: messageParamsSchema,
        querystring: querySchema,
        response: { 200: messagePageSchema },
      },
    },
    async (request) => {
      const { items, nextCursor } = await conversationsOf(request).getSiblings({ ...request.query, ...request.params });
      return { items: items.map(toMessage), nextCursor };
    },
  );
}
