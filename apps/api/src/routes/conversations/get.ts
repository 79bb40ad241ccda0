import { ConversationNotFoundError } from '@keelson/conversations';
import type { Api, Services } from '../../api.ts';
import { entityTag } from '../../entity-tag.ts';
import { conversationParamsSchema, conversationSchema, toConversation } from '../../schemas/conversation.ts';

export function getConversation(api: Api, { conversationsOf }: Services): void {
  api.get(
    '/v1/conversations/:conversationId',
    {
      config: {
        access: 'conversations:read',
        problems: [ConversationNotFoundError],
        answerHeaders: { 200: ['etag'] },
      },
      schema: {
        operationId: 'getConversation',
        summary: 'Get a conversation',
        tags: ['conversations'],
        params: conversationParamsSchema,
        response: { 200: conversationSchema },
      },
    },
    async (request, reply) => {
      const conversation = await conversationsOf(request).getConversation(request.params.conversationId);
      return reply.header('etag', entityTag(conversation.version)).send(toConversation(conversation));
    },
  );
}
