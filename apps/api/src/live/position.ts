import { type ChangeFeed, ResyncRequiredError } from '@keelson/db-core';
import { z } from 'zod';
import type { ServerSentEvent } from './server-sent-events.ts';
import type { Events } from './streams.ts';

const position = z.string().min(1).max(2000);

/** Where a stream goes on: browsers send the header by themselves; whoever begins one may send the parameter. */
export const lastEventIdSchema = z.object({
  'last-event-id': position
    .optional()
    .describe('The id of the last event that was received: what came after it follows.'),
});
export const afterSchema = position.exactOptional().describe('As the header `Last-Event-ID`, which wins.');

/** Where to begin; the position of now where nothing was said. */
export async function beginOf(
  feed: ChangeFeed,
  userId: string,
  request: { readonly headers: z.output<typeof lastEventIdSchema>; readonly query: { readonly after?: string } },
): Promise<string> {
  const after = request.headers['last-event-id'] ?? request.query.after;
  if (after === undefined) return feed.position();
  // What is no position at all is a fault of the request; one that leads nowhere any more is told in the stream.
  await feed.read({ after, userId, limit: 1 }).catch((error: unknown) => {
    if (!(error instanceof ResyncRequiredError)) throw error;
  });
  return after;
}

/**
 * A stream's events: `ready`, then what follows a position. `resync` comes when there is no way from it to now: the client
 * reads everything anew, and what follows goes on from there.
 */
export function eventsAfter(
  feed: ChangeFeed,
  begin: string,
  follow: (after: string, signal: AbortSignal) => AsyncIterable<ServerSentEvent>,
): Events {
  return async function* (signal) {
    yield { event: 'ready', id: begin, data: {} };
    let after = begin;
    while (!signal.aborted) {
      try {
        yield* follow(after, signal);
        return;
      } catch (error) {
        if (!(error instanceof ResyncRequiredError)) throw error;
        after = await feed.position();
        yield { event: 'resync', id: after, data: {} };
      }
    }
  };
}
