import { ConversationNotFoundError, type ConversationUpdate } from '@keelson/conversations';
import { z } from 'zod';
import type { Api, Services } from '../../api.ts';
import { TooManyStreamsError } from '../../errors.ts';
import { afterSchema, beginOf, eventsAfter, lastEventIdSchema } from '../../live/position.ts';
import type { ServerSentEvent } from '../../live/server-sent-events.ts';
import { conversationParamsSchema, toConversation } from '../../schemas/conversation.ts';
import { toMessage } from '../../schemas/message.ts';

const querySchema = z.strictObject({ after: afterSchema });

const DESCRIPTION = `A stream of server-sent events. It begins with \`ready\`; then comes a \`message\` for each message that
was saved, and again when one that was partial has grown, a \`conversation\` when its title, its status or its counts have
changed, each with what \`GET\` gives, and \`deleted\` as the last event when it was deleted or erased.

Whoever lost the stream sends the last id as \`Last-Event-ID\`, as browsers do by themselves, and misses nothing. \`resync\`
tells that too much has happened since, so that the conversation has to be read anew. A stream ends after five minutes at
most; come back with the last id.`;

export function followConversation(api: Api, { database, userOf, conversationsOf, streams }: Services): void {
  api.get(
    '/v1/conversations/:conversationId/events',
    {
      config: { access: 'conversations:read', problems: [ConversationNotFoundError, TooManyStreamsError] },
      schema: {
        operationId: 'followConversation',
        summary: 'Be told what happens in a conversation',
        description: DESCRIPTION,
        tags: ['conversations'],
        params: conversationParamsSchema,
        querystring: querySchema,
        headers: lastEventIdSchema,
        response: {
          200: { description: 'Server-sent events.', content: { 'text/event-stream': { schema: z.string() } } },
        },
      },
    },
    async (request, reply) => {
      const { conversationId } = request.params;
      const { userId } = userOf(request);
      const conversations = conversationsOf(request);
      const { changes: feed } = database;
      await conversations.getConversation(conversationId);
      const begin = await beginOf(feed, userId, request);

      async function* follow(after: string, signal: AbortSignal): AsyncIterableIterator<ServerSentEvent> {
        for await (const update of conversations.follow({ conversationId, after, signal })) yield* eventsOf(update);
      }

      return streams.send(reply, userId, eventsAfter(feed, begin, follow));
    },
  );
}

/** The id comes last: whoever loses the stream before gets all of it again. */
function* eventsOf({ messages, conversation, isDeleted, position }: ConversationUpdate): Iterable<ServerSentEvent> {
  for (const message of messages) yield { event: 'message', data: toMessage(message) };
  if (conversation !== null) yield { event: 'conversation', data: toConversation(conversation) };
  if (isDeleted) yield { event: 'deleted', data: {} };
  yield { id: position };
}
