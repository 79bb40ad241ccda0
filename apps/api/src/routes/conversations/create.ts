import { ConversationExistsError } from '@keelson/conversations';
import type { Api, Services } from '../../api.ts';
import { entityTag } from '../../entity-tag.ts';
import { conversationSchema, createConversationSchema, toConversation } from '../../schemas/conversation.ts';

export function createConversation(api: Api, { conversationsOf }: Services): void {
  api.post(
    '/v1/conversations',
    {
      config: {
        access: 'conversations:write',
        problems: [ConversationExistsError],
        answerHeaders: { 201: ['location', 'etag'] },
      },
      schema: {
        operationId: 'createConversation',
        summary: 'Start a conversation',
        tags: ['conversations'],
        body: createConversationSchema,
        response: { 201: conversationSchema },
      },
    },
    async (request, reply) => {
      const conversation = await conversationsOf(request).createConversation(request.body);
      return reply
        .code(201)
        .header('location', `/v1/conversations/${conversation.id}`)
        .header('etag', entityTag(conversation.version))
        .send(toConversation(conversation));
    },
  );
}
