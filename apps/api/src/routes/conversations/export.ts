import { ConversationNotFoundError, EXPORT_FORMAT } from '@keelson/conversations';
import { z } from 'zod';
import type { Api, Services } from '../../api.ts';
import { conversationParamsSchema, conversationSchema } from '../../schemas/conversation.ts';
import { messageSchema } from '../../schemas/message.ts';

const documentSchema = z
  .object({
    format: z.literal(EXPORT_FORMAT),
    conversation: conversationSchema,
    messages: z.array(messageSchema).describe('All of them, by `seq`.'),
  })
  .meta({ id: 'ConversationDocument', description: 'A whole conversation. The same one always gives the same text.' });

export function exportConversation(api: Api, { conversationsOf }: Services): void {
  api.get(
    '/v1/conversations/:conversationId/export',
    {
      config: { access: 'conversations:read', problems: [ConversationNotFoundError] },
      schema: {
        operationId: 'exportConversation',
        summary: 'Export a conversation with all its messages',
        tags: ['conversations'],
        params: conversationParamsSchema,
        response: { 200: documentSchema },
      },
    },
    async (request, reply) => {
      const { conversation, messages, format } = await conversationsOf(request).exportConversation(
        request.params.conversationId,
      );
      return reply
        .header('content-disposition', `attachment; filename="conversation-${conversation.id}.json"`)
        .send({ format, conversation, messages: messages.map((message) => ({ ...message, parts: partsOf(message) })) });
    },
  );
}

/** The schemas' lists are not read-only; the domain's are. */
function partsOf<Part>({ parts }: { readonly parts: readonly Part[] | null }): Part[] | null {
  return parts === null ? null : [...parts];
}
