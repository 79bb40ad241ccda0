import {
  ConversationChangedError,
  ConversationColdError,
  ConversationNotFoundError,
  MessageNotFoundError,
} from '@keelson/conversations';
import { z } from 'zod';
import type { Api, Services } from '../../api.ts';
import { entityTag, ifMatchSchema, versionOf } from '../../entity-tag.ts';
import { conversationParamsSchema, conversationSchema, toConversation } from '../../schemas/conversation.ts';
import { uuidSchema } from '../../schemas/json.ts';

const bodySchema = z
  .strictObject({
    messageId: uuidSchema,
    toNewest: z
      .boolean()
      .exactOptional()
      .describe('Go on to the newest message that this one leads to. By default the message itself is the end.'),
  })
  .meta({ id: 'ActiveLeaf', examples: [{ messageId: '019aa6c0-4c5e-7d3a-8f00-3f1f6f1b2a10', toNewest: true }] });

export function setActiveLeaf(api: Api, { conversationsOf }: Services): void {
  api.put(
    '/v1/conversations/:conversationId/active-leaf',
    {
      config: {
        access: 'conversations:write',
        problems: [ConversationNotFoundError, ConversationColdError, MessageNotFoundError, ConversationChangedError],
        answerHeaders: { 200: ['etag'] },
      },
      schema: {
        operationId: 'setActiveLeaf',
        summary: 'Choose the branch in use',
        description: 'The next message follows this one, until another is saved.',
        tags: ['conversations'],
        params: conversationParamsSchema,
        headers: ifMatchSchema,
        body: bodySchema,
        response: { 200: conversationSchema },
      },
    },
    async (request, reply) => {
      const { conversationId } = request.params;
      const { messageId, ...options } = request.body;
      const conversation = await conversationsOf(request).setActiveLeaf(conversationId, messageId, {
        ...options,
        ...versionOf(request.headers),
      });
      return reply.header('etag', entityTag(conversation.version)).send(toConversation(conversation));
    },
  );
}
