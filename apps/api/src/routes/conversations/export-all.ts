import { Readable } from 'node:stream';
import { z } from 'zod';
import type { Api, Services } from '../../api.ts';
import { documentSchema, exportAnswer, exportQuerySchema } from '../../schemas/export.ts';

const listSchema = z.object({ items: z.array(documentSchema) }).meta({ id: 'ConversationDocuments' });

export function exportConversations(api: Api, { conversationsOf }: Services): void {
  api.get(
    '/v1/conversations/export',
    {
      config: { access: 'conversations:read' },
      schema: {
        operationId: 'exportConversations',
        summary: 'Export all conversations',
        description:
          'Those that are deleted are left out; archived and hidden ones are there. The answer is written while they are ' +
          "read: one that breaks off isn't whole.",
        tags: ['conversations'],
        querystring: exportQuerySchema,
        response: {
          200: exportAnswer('The conversations, in the format that was asked for.', {
            json: listSchema,
            lines: 'A document for each conversation, one a line.',
          }),
        },
      },
    },
    async (request, reply) => {
      const { mediaType, fileName, chunks } = conversationsOf(request).exportConversations(request.query);
      return reply
        .type(mediaType)
        .header('content-disposition', `attachment; filename="${fileName}"`)
        .send(Readable.from(chunks, { objectMode: false }));
    },
  );
}
