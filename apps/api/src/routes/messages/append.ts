import {
  ConversationClosedError,
  ConversationNotFoundError,
  MessageNotFoundError,
  RequestIdReusedError,
} from '@keelson/conversations';
import type { Api, Services } from '../../api.ts';
import { idempotencyKeySchema, idempotencyProblems } from '../../once.ts';
import { conversationParamsSchema } from '../../schemas/conversation.ts';
import { messageSchema, newMessageSchema, toMessage } from '../../schemas/message.ts';

export function appendMessage(api: Api, { answerOnce, conversationsOf }: Services): void {
  api.post(
    '/v1/conversations/:conversationId/messages',
    {
      config: {
        access: 'conversations:write',
        problems: [
          ConversationNotFoundError,
          MessageNotFoundError,
          ConversationClosedError,
          RequestIdReusedError,
          ...idempotencyProblems,
        ],
        answerHeaders: { 200: ['idempotent-replayed'], 201: ['idempotent-replayed'] },
      },
      schema: {
        operationId: 'appendMessage',
        summary: 'Append a message',
        description:
          'With a `requestId` it is safe to repeat: 201 when the message is new, 200 with the stored one when the request ' +
          'was saved before, 409 when it stands for other content. A `partial` message may be sent again as it grows.',
        tags: ['messages'],
        headers: idempotencyKeySchema,
        params: conversationParamsSchema,
        body: newMessageSchema,
        response: { 200: messageSchema, 201: messageSchema },
      },
    },
    async (request, reply) => {
      const { conversationId } = request.params;
      await answerOnce(request, reply, async () => {
        const { message, isNew } = await conversationsOf(request).saveMessage({ ...request.body, conversationId });
        return { status: isNew ? 201 : 200, body: toMessage(message) };
      });
      return reply;
    },
  );
}
