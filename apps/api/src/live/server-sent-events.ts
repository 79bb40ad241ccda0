/** One event of a stream, as browsers' `EventSource` takes them. */
export interface ServerSentEvent {
  /** What the client listens for. Without it, and without data, only the id is noted. */
  readonly event?: string;
  /** Where to go on after this one: what the client sends as `Last-Event-ID` when it comes back. */
  readonly id?: string;
  /** JSON. */
  readonly data?: unknown;
}

/** How soon a client that lost its stream comes back, in milliseconds. */
const RETRY_MS = 1000;

/** What every stream begins with. */
export const STREAM_BEGIN = `retry: ${RETRY_MS}\n\n`;

/** https://html.spec.whatwg.org/multipage/server-sent-events.html: JSON has no line breaks, so that data is one line. */
export function formatEvent({ event, id, data }: ServerSentEvent): string {
  const lines = [
    ...(event === undefined ? [] : [`event: ${event}`]),
    ...(id === undefined ? [] : [`id: ${id}`]),
    ...(data === undefined ? [] : [`data: ${JSON.stringify(data)}`]),
  ];
  return `${lines.join('\n')}\n\n`;
}
