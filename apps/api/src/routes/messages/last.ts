import { ConversationColdError, ConversationNotFoundError, MAX_LIMIT } from '@keelson/conversations';
import { z } from 'zod';
import type { Api, Services } from '../../api.ts';
import { conversationParamsSchema } from '../../schemas/conversation.ts';
import { wholeNumberSchema } from '../../schemas/json.ts';
import { messageListSchema, toMessage } from '../../schemas/message.ts';

const querySchema = z.strictObject({
  n: wholeNumberSchema(1, MAX_LIMIT).default(10).describe('How many.'),
});

export function lastMessages(api: Api, { conversationsOf }: Services): void {
  api.get(
    '/v1/conversations/:conversationId/messages/last',
    {
      config: { access: 'conversations:read', problems: [ConversationNotFoundError, ConversationColdError] },
      schema: {
        operationId: 'lastMessages',
        summary: 'Get the last messages of a conversation',
        description: 'In the order in which they were saved, whatever their branch.',
        tags: ['messages'],
        params: conversationParamsSchema,
        querystring: querySchema,
        response: { 200: messageListSchema },
      },
    },
    async (request) => {
      const messages = await conversationsOf(request).getLastNMessages(request.params.conversationId, request.query.n);
      return { items: messages.map(toMessage) };
    },
  );
}
