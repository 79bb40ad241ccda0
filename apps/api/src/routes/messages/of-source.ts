import { ConversationColdError, ConversationNotFoundError } from '@keelson/conversations';
import { z } from 'zod';
import type { Api, Services } from '../../api.ts';
import { uuidSchema } from '../../schemas/json.ts';
import { messagePageSchema, toMessage } from '../../schemas/message.ts';
import { cursorSchema, limitSchema } from '../../schemas/page.ts';

const querySchema = z.strictObject({
  source: z.string().min(1).max(100).describe("`source` of the messages' metadata."),
  conversationId: uuidSchema.exactOptional().describe('Only those of this conversation.'),
  limit: limitSchema,
  cursor: cursorSchema,
});

export function listMessagesOfSource(api: Api, { conversationsOf }: Services): void {
  api.get(
    '/v1/messages',
    {
      config: { access: 'conversations:read', problems: [ConversationNotFoundError, ConversationColdError] },
      schema: {
        operationId: 'listMessagesOfSource',
        summary: 'List the messages of a source',
        description: 'The latest first, of all conversations or of one.',
        tags: ['messages'],
        querystring: querySchema,
        response: { 200: messagePageSchema },
      },
    },
    async (request) => {
      const { items, nextCursor } = await conversationsOf(request).getBySource(request.query);
      return { items: items.map(toMessage), nextCursor };
    },
  );
}
