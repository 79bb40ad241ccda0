import {
  ContextTooLargeError,
  ConversationColdError,
  ConversationNotFoundError,
  MessageNotFoundError,
} from '@keelson/conversations';
import type { Api, Services } from '../../api.ts';
import { contextQuerySchema, contextSchema, toContext } from '../../schemas/context.ts';
import { conversationParamsSchema } from '../../schemas/conversation.ts';

export function buildContext(api: Api, { conversationsOf }: Services): void {
  api.get(
    '/v1/conversations/:conversationId/context',
    {
      config: {
        access: 'conversations:read',
        problems: [ConversationNotFoundError, ConversationColdError, MessageNotFoundError, ContextTooLargeError],
      },
      schema: {
        operationId: 'buildContext',
        summary: 'Get what a model is given of a conversation',
        description:
          'The newest messages of the branch in use that the budget has room for, and its system messages always. A ' +
          "tool's result is there only with its call, and a call only with its results.",
        tags: ['conversations'],
        params: conversationParamsSchema,
        querystring: contextQuerySchema,
        response: { 200: contextSchema },
      },
    },
    async (request) => {
      const { conversationId } = request.params;
      return toContext(await conversationsOf(request).buildContext({ ...request.query, conversationId }));
    },
  );
}
