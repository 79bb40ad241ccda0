import { Readable } from 'node:stream';
import { BRANCHES, ConversationNotFoundError, EXPORT_FORMAT, EXPORT_FORMATS } from '@keelson/conversations';
import { z } from 'zod';
import type { Api, Services } from '../../api.ts';
import { conversationParamsSchema, conversationSchema } from '../../schemas/conversation.ts';
import { messageSchema } from '../../schemas/message.ts';

const exportedMessageSchema = messageSchema
  .extend({ requestPart: z.int().describe('Tells several messages of one role and request apart.') })
  .meta({ id: 'ExportedMessage', description: 'A message with all that is needed to import it again.' });

const documentSchema = z
  .object({
    format: z.literal(EXPORT_FORMAT),
    conversation: conversationSchema,
    messages: z.array(exportedMessageSchema).describe('All of them, by `seq`.'),
  })
  .meta({ id: 'ConversationDocument', description: 'A whole conversation. The same one always gives the same text.' });

const querySchema = z.strictObject({
  format: z.enum(EXPORT_FORMATS).default('json').describe('`json` and `ndjson` can be imported again.'),
  branches: z
    .enum(BRANCHES)
    .default('active')
    .describe('Of `markdown` and `pdf`: the branch in use, or all messages. The others always have all.'),
});

/** What is sent is a stream; a schema can only say what comes out of it. */
const streamSchema = z.string().meta({ format: 'binary' }) as unknown as z.ZodType<Readable>;

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
        querystring: querySchema,
        response: {
          200: {
            description: 'The conversation, in the format that was asked for.',
            content: {
              'application/json': { schema: documentSchema },
              'application/x-ndjson': { schema: z.string().describe('The same document on one line.') },
              'text/markdown': { schema: z.string() },
              'application/pdf': { schema: streamSchema },
            },
          },
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
