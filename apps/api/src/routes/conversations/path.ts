import { ConversationColdError, ConversationNotFoundError, MessageNotFoundError } from '@keelson/conversations';
import { z } from 'zod';
import type { Api, Services } from '../../api.ts';
import { conversationParamsSchema } from '../../schemas/conversation.ts';
import { uuidSchema } from '../../schemas/json.ts';
import { pathPageSchema, toPathMessage } from '../../schemas/message.ts';
import { cursorSchema, limitSchema } from '../../schemas/page.ts';

const querySchema = z.strictObject({
  leafId: uuidSchema.exactOptional().describe('The branch that ends with this message; by default the one in use.'),
  order: z.enum(['asc', 'desc']).default('asc').describe('`asc`: the first message first.'),
  limit: limitSchema,
  cursor: cursorSchema,
});

export function getActivePath(api: Api, { conversationsOf }: Services): void {
  api.get(
    '/v1/conversations/:conversationId/path',
    {
      config: {
        access: 'conversations:read',
        problems: [ConversationNotFoundError, ConversationColdError, MessageNotFoundError],
      },
      schema: {
        operationId: 'getActivePath',
        summary: 'List the messages of one branch',
        description:
          'Each with how many others follow the same message. Pages of one reading are of one branch, whatever is chosen ' +
          'or appended meanwhile.',
        tags: ['messages'],
        params: conversationParamsSchema,
        querystring: querySchema,
        response: { 200: pathPageSchema },
      },
    },
    async (request) => {
      const { conversationId } = request.params;
      const { items, nextCursor } = await conversationsOf(request).getActivePath({ ...request.query, conversationId });
      return { items: items.map(toPathMessage), nextCursor };
    },
  );
}
