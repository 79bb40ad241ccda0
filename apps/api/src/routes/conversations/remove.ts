import { ConversationChangedError, ConversationNotFoundError } from '@keelson/conversations';
import { z } from 'zod';
import type { Api, Services } from '../../api.ts';
import { ifMatchSchema, versionOf } from '../../entity-tag.ts';
import { certificateSchema, toCertificate } from '../../schemas/certificate.ts';
import { conversationParamsSchema } from '../../schemas/conversation.ts';
import { yesOrNoSchema } from '../../schemas/json.ts';

const querySchema = z.strictObject({ erase: yesOrNoSchema(false).describe('For good, instead of out of sight.') });

export function deleteConversation(api: Api, { conversationsOf }: Services): void {
  api.delete(
    '/v1/conversations/:conversationId',
    {
      config: { access: 'conversations:write', problems: [ConversationNotFoundError, ConversationChangedError] },
      schema: {
        operationId: 'deleteConversation',
        summary: 'Delete or erase a conversation',
        description:
          'It is out of sight with its messages; only a list of deleted ones shows it. With `erase=true` it is removed for ' +
          'good, also one that was deleted before: nothing brings it back. The answer is the certificate then.',
        tags: ['conversations'],
        params: conversationParamsSchema,
        querystring: querySchema,
        headers: ifMatchSchema,
        response: { 200: certificateSchema, 204: z.undefined().describe('It is deleted.') },
      },
    },
    async (request, reply) => {
      const { conversationId } = request.params;
      const conversations = conversationsOf(request);
      const version = versionOf(request.headers);
      if (request.query.erase) {
        return reply.code(200).send(toCertificate(await conversations.eraseConversation(conversationId, version)));
      }
      await conversations.deleteConversation(conversationId, version);
      return reply.code(204).send();
    },
  );
}
