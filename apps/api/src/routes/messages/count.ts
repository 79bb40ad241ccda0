import { ConversationColdError, ConversationNotFoundError } from '@keelson/conversations';
import { MESSAGE_ROLES, type MessageRole } from '@keelson/db-core';
import { z } from 'zod';
import type { Api, Services } from '../../api.ts';
import { conversationParamsSchema } from '../../schemas/conversation.ts';

const countsSchema = z
  .object({ messages: z.int(), byRole: z.record(z.enum(MESSAGE_ROLES), z.int()) })
  .meta({ id: 'MessageCounts', description: 'How many messages there are, in all branches.' });

export function countMessages(api: Api, { conversationsOf }: Services): void {
  api.get(
    '/v1/conversations/:conversationId/messages/count',
    {
      config: { access: 'conversations:read', problems: [ConversationNotFoundError, ConversationColdError] },
      schema: {
        operationId: 'countMessages',
        summary: 'Count the messages of a conversation',
        tags: ['messages'],
        params: conversationParamsSchema,
        response: { 200: countsSchema },
      },
    },
    async (request) => {
      const byRole: Record<MessageRole, number> = {
        ...(await conversationsOf(request).countByRole(request.params.conversationId)),
      };
      return { messages: Object.values(byRole).reduce((sum, count) => sum + count, 0), byRole };
    },
  );
}
