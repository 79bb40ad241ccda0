import { type ChangeFeed, ResyncRequiredError } from '@keelson/db-core';
import { z } from 'zod';

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

/** Told when there is no way from where the client was to now: it reads everything anew, and goes on from the id. */
export const RESYNC = 'resync';

/**
 * What follows a position; when there is no way from it to now, whatever `missed` makes of the position of now, and what
 * follows that.
 */
export async function* withResync<Event>(
  feed: ChangeFeed,
  begin: string,
  {
    follow,
    missed,
    signal,
  }: {
    readonly follow: (after: string) => AsyncIterable<Event>;
    readonly missed: (position: string) => Event;
    readonly signal: AbortSignal;
  },
): AsyncIterableIterator<Event> {
  let after = begin;
  while (!signal.aborted) {
    try {
      yield* follow(after);
      return;
    } catch (error) {
      if (!(error instanceof ResyncRequiredError)) throw error;
      after = await feed.position();
      yield missed(after);
    }
  }
}
