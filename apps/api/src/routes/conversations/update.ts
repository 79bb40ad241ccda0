import {
  type ChangeOptions,
  type Conversation,
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
        summary: 'Change the title, the status or the expiry of a conversation, or where its messages lie',
        description: 'What is given is changed together or not at all. Cold storage is no change of the version.',
        tags: ['conversations'],
        params: conversationParamsSchema,
        headers: ifMatchSchema,
        body: updateConversationSchema,
        response: { 200: conversationSchema },
      },
    },
    async (request, reply) => {
      const { title, status, expiresAt, isCold } = request.body;
      const { conversationId } = request.params;
      const conversations = conversationsOf(request);
      const steps: ((version: ChangeOptions) => Promise<Conversation>)[] = [];
      if (title !== undefined)
        steps.push((version) => conversations.renameConversation(conversationId, title, version));
      if (expiresAt !== undefined) steps.push((version) => conversations.setExpiry(conversationId, expiresAt, version));
      if (status !== undefined) steps.push((version) => conversations[changes[status]](conversationId, version));
      const conversation = await userOf(request).transaction(async () => {
        let changed: Conversation | undefined;
        // The version holds for the first change; each other one changes what the one before it made.
        for (const step of steps) changed = await step(changed === undefined ? versionOf(request.headers) : {});
        if (isCold === undefined) return changed;
        const { ifVersion } = versionOf(request.headers);
        const { version: current } = changed ?? (await conversations.getConversation(conversationId));
        if (changed === undefined && ifVersion !== undefined && ifVersion !== current) {
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
