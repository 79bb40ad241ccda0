import { ConversationExistsError } from '@keelson/conversations';
import type { Api, Services } from '../../api.ts';
import { entityTag } from '../../entity-tag.ts';
import { idempotencyKeySchema, idempotencyProblems } from '../../once.ts';
import { conversationSchema, createConversationSchema, toConversation } from '../../schemas/conversation.ts';

export function createConversation(api: Api, { answerOnce, conversationsOf }: Services): void {
  api.post(
    '/v1/conversations',
    {
      config: {
        access: 'conversations:write',
        problems: [ConversationExistsError, ...idempotencyProblems],
        answerHeaders: { 201: ['location', 'etag', 'idempotent-replayed'] },
      },
      schema: {
        operationId: 'createConversation',
        summary: 'Start a conversation',
        tags: ['conversations'],
        headers: idempotencyKeySchema,
        body: createConversationSchema,
        response: { 201: conversationSchema },
      },
    },
    async (request, reply) => {
      await answerOnce(request, reply, async () => {
        const conversation = await conversationsOf(request).createConversation(request.body);
        const headers = {
          location: `/v1/conversations/${conversation.id}`,
          etag: entityTag(conversation.version),
        };
        return { status: 201, headers, body: toConversation(conversation) };
      });
      return reply;
    },
  );
}
