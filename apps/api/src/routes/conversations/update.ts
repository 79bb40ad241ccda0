import {
  ConversationChangedError,
  ConversationClosedError,
  ConversationNotFoundError,
  type Conversations,
} from '@keelson/conversations';
import { InternalError } from '@keelson/db-core';
import type { z } from 'zod';
import type { Api, Services } from '../../api.ts';
import { entityTag, ifMatchSchema, versionOf } from '../../entity-tag.ts';
import {
  conversationParamsSchema,
  conversationSchema,
  toConversation,
  updateConversationSchema,
} from '../../schemas/conversation.ts';

type Status = NonNullable<z.output<typeof updateConversationSchema>['status']>;

const changes = {
  ACTIVE: 'unarchiveConversation',
  ARCHIVED: 'archiveConversation',
  CLOSED: 'closeConversation',
} as const satisfies Record<Status, keyof Conversations>;

export function updateConversation(api: Api, { userOf, conversationsOf }: Services): void {
  api.patch(
    '/v1/conversations/:conversationId',
    {
      config: {
        access: 'conversations:write',
        problems: [ConversationNotFoundError, ConversationClosedError, ConversationChangedError],
        answerHeaders: { 200: ['etag'] },
      },
      schema: {
        operationId: 'updateConversation',
        summary: 'Change the title or the status of a conversation, or where its messages lie',
        description: 'All of it is changed together, or nothing. Cold storage is no change of the version.',
        tags: ['conversations'],
        params: conversationParamsSchema,
        headers: ifMatchSchema,
        body: updateConversationSchema,
        response: { 200: conversationSchema },
      },
    },
    async (request, reply) => {
      const { title, status, isCold } = request.body;
      const { conversationId } = request.params;
      const conversations = conversationsOf(request);
      const conversation = await userOf(request).transaction(async () => {
        // The version holds for the first change; the second one changes what the first one made.
        const version = versionOf(request.headers);
        const renamed =
          title === undefined ? undefined : await conversations.renameConversation(conversationId, title, version);
        const changed =
          status === undefined
            ? renamed
            : await conversations[changes[status]](conversationId, renamed === undefined ? version : {});
        if (isCold === undefined) return changed;
        const { version: current } = changed ?? (await conversations.getConversation(conversationId));
        if (changed === undefined && version.ifVersion !== undefined && version.ifVersion !== current) {
          const details = { conversationId, version: current };
          throw new ConversationChangedError(`Conversation ${conversationId} has version ${current}.`, { details });
        }
        return conversations[isCold ? 'freezeConversation' : 'thawConversation'](conversationId);
      });
      if (conversation === undefined) throw new InternalError('A change that changes nothing was let through.');
      return reply.header('etag', entityTag(conversation.version)).send(toConversation(conversation));
    },
  );
}
