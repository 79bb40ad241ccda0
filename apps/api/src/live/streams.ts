import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { TooManyStreamsError } from '../errors.ts';
import { formatEvent, type ServerSentEvent, STREAM_BEGIN } from './server-sent-events.ts';

/** Of one user, in this process. */
const MOST_OF_USER = 100;
/** Then the client comes back, and shows its token again: one that was revoked is let in no longer than this. */
const LONGEST_MS = 300_000;

export type Events = (signal: AbortSignal) => AsyncIterable<ServerSentEvent>;

/** The streams of events that are open. Each ends with its client, after a few minutes, and when the server closes. */
export class EventStreams {
  readonly #open = new Map<string, number>();
  readonly #closing = new AbortController();
  /** Those that read the feed: a database that is closed next must not be in use any more. */
  readonly #reading = new Set<Promise<void>>();

  /** A slow client is written to no faster than it reads: the next events are read when it has taken these. */
  send(reply: FastifyReply, userId: string, events: Events): FastifyReply {
    const open = this.#open.get(userId) ?? 0;
    if (open >= MOST_OF_USER) throw new TooManyStreamsError(`There are ${open} streams of this user.`);
    this.#open.set(userId, open + 1);
    const gone = new AbortController();
    reply.raw.once('close', () => {
      gone.abort();
      const left = (this.#open.get(userId) ?? 1) - 1;
      if (left === 0) this.#open.delete(userId);
      else this.#open.set(userId, left);
    });
    const signal = AbortSignal.any([gone.signal, this.#closing.signal, AbortSignal.timeout(LONGEST_MS)]);
    return (
      reply
        .type('text/event-stream')
        // Proxies that gather answers before they pass them on would keep the events.
        .header('x-accel-buffering', 'no')
        // Otherwise the connection would outlive the stream, and a server that closes would wait for it.
        .header('connection', 'close')
        .send(Readable.from(this.#textOf(events(signal)), { highWaterMark: 1 }))
    );
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#reading);
  }

  async *#textOf(events: AsyncIterable<ServerSentEvent>): AsyncIterableIterator<string> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#reading.add(promise);
    try {
      yield STREAM_BEGIN;
      for await (const event of events) yield formatEvent(event);
    } finally {
      this.#reading.delete(promise);
      resolve();
    }
  }
}
