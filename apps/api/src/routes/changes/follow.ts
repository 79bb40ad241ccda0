import { z } from 'zod';
import type { Api, Services } from '../../api.ts';
import { TooManyStreamsError } from '../../errors.ts';
import { afterSchema, beginOf, eventsAfter, lastEventIdSchema } from '../../live/position.ts';
import type { ServerSentEvent } from '../../live/server-sent-events.ts';

const querySchema = z.strictObject({ after: afterSchema });

const DESCRIPTION = `A stream of server-sent events. It begins with \`ready\`; then comes a \`change\` for each row of the
caller's that was changed, soon after its commit and in the order of commits, with \`table\`, \`operation\` (\`insert\`,
\`update\` or \`delete\`), \`key\` and \`at\`. What the row is now is for the other routes to say.

Every event has an id: whoever lost the stream sends the last one as \`Last-Event-ID\`, as browsers do by themselves, and
misses nothing. \`resync\` tells that too much has happened since, so that what is known has to be read anew. A stream ends
after five minutes at most; come back with the last id.`;

export function followChanges(api: Api, { database, userOf, streams }: Services): void {
  api.get(
    '/v1/changes',
    {
      config: { access: 'changes:read', problems: [TooManyStreamsError] },
      schema: {
        operationId: 'followChanges',
        summary: 'Be told of changes as they happen',
        description: DESCRIPTION,
        tags: ['changes'],
        querystring: querySchema,
        headers: lastEventIdSchema,
        response: {
          200: { description: 'Server-sent events.', content: { 'text/event-stream': { schema: z.string() } } },
        },
      },
    },
    async (request, reply) => {
      const { userId } = userOf(request);
      const { changes: feed } = database;
      const begin = await beginOf(feed, userId, request);

      async function* follow(after: string, signal: AbortSignal): AsyncIterableIterator<ServerSentEvent> {
        for await (const { changes, position } of feed.batches({ userId, after, signal })) {
          for (const { position: id, table, operation, key, at } of changes)
            yield { event: 'change', id, data: { table, operation, key, at } };
          yield { id: position };
        }
      }

      return streams.send(reply, userId, eventsAfter(feed, begin, follow));
    },
  );
}
