import { ConversationColdError, ConversationNotFoundError, MessageNotFoundError } from '@keelson/conversations';
import type { Api, Services } from '../../api.ts';
import { messageParamsSchema } from '../../schemas/conversation.ts';
import { messageSchema, toMessage } from '../../schemas/message.ts';

export function getMessage(api: Api, { conversationsOf }: Services): void {
  api.get(
    '/v1/conversations/:conversationId/messages/:messageId',
    {
      config: {
        access: 'conversations:read',
        problems: [ConversationNotFoundError, ConversationColdError, MessageNotFoundError],
      },
      schema: {
        operationId: 'getMessage',
        summary: 'Get a message',
        tags: ['messages'],
        params: messageParamsSchema,
        response: { 200: messageSchema },
      },
    },
    async (request) => {
      const { conversationId, messageId } = request.params;
      return toMessage(await conversationsOf(request).getMessage(conversationId, messageId));
    },
  );
}
