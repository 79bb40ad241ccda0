import { ConversationChangedError, ConversationNotFoundError } from '@keelson/conversations';
import { z } from 'zod';
import type { Api, Services } from '../../api.ts';
import { ifMatchSchema, versionOf } from '../../entity-tag.ts';
import { conversationParamsSchema } from '../../schemas/conversation.ts';

export function deleteConversation(api: Api, { conversationsOf }: Services): void {
  api.delete(
    '/v1/conversations/:conversationId',
    {
      config: { access: 'conversations:write', problems: [ConversationNotFoundError, ConversationChangedError] },
      schema: {
        operationId: 'deleteConversation',
        summary: 'Delete a conversation',
        description: 'It is out of sight with its messages; only a list of deleted ones shows it.',
        tags: ['conversations'],
        params: conversationParamsSchema,
        headers: ifMatchSchema,
        response: { 204: z.undefined().describe('It is deleted.') },
      },
    },
    async (request, reply) => {
      const { conversationId } = request.params;
      await conversationsOf(request).deleteConversation(conversationId, versionOf(request.headers));
      return reply.code(204).send();
    },
  );
}
