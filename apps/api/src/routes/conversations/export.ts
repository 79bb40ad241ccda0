import { Readable } from 'node:stream';
import { ConversationNotFoundError } from '@keelson/conversations';
import type { Api, Services } from '../../api.ts';
import { conversationParamsSchema } from '../../schemas/conversation.ts';
import { documentSchema, exportAnswer, exportQuerySchema } from '../../schemas/export.ts';

/** The answer is written while the conversation is read, so however long it is, memory holds little of it. */
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
        querystring: exportQuerySchema,
        response: {
          200: exportAnswer('The conversation, in the format that was asked for.', {
            json: documentSchema,
            lines: 'The same document on one line.',
          }),
        },
      },
    },
    async (request, reply) => {
      const { format, branches } = request.query;
      const { mediaType, fileName, chunks } = await conversationsOf(request).exportConversation(
        request.params.conversationId,
        { format, branches },
      );
      return reply
        .type(mediaType)
        .header('content-disposition', `attachment; filename="${fileName}"`)
        .send(Readable.from(chunks, { objectMode: false }));
    },
  );
}
