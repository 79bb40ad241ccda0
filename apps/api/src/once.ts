import {
  type Database,
  IdempotencyKeyBusyError,
  IdempotencyKeyReusedError,
  IdempotencyKeys,
  InternalError,
  type JsonValue,
  type UserHandle,
} from '@keelson/db-core';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';

/** Headers of a request that makes something. */
export const idempotencyKeySchema = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, 'must have 1 to 255 visible ASCII characters')
    .optional()
    .describe(
      'A new key for each request that is meant, such as a UUID. Sent again within a day with the same key, the request is ' +
        'not done again but answered as the first time, with the header `Idempotent-Replayed: true`.',
    ),
});

/** What a route that takes the key may answer because of it. */
export const idempotencyProblems = [IdempotencyKeyBusyError, IdempotencyKeyReusedError] as const;

/** An answer that isn't sent yet. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** The part of a reply that is needed; the framework's own type knows which statuses each route has. */
interface Reply {
  code(status: number): unknown;
  headers(values: Readonly<Record<string, string>>): unknown;
  serialize(body: unknown): string | ArrayBuffer | Buffer;
  type(name: string): unknown;
  send(body: unknown): unknown;
}

/** Answers with what the work gives. With the header `Idempotency-Key` the work is done once, however often it is sent. */
export type AnswerOnce = (request: FastifyRequest, reply: Reply, work: () => Promise<Answer>) => Promise<void>;

/**
 * With a key, what the work writes and its answer are kept in one transaction, and only then is it sent. The answer is
 * put into words before that, so that one that breaks its schema undoes the work.
 */
export function answerOnce(database: Database, userOf: (request: FastifyRequest) => UserHandle): AnswerOnce {
  const keys = new IdempotencyKeys(database);
  return async (request, reply, work) => {
    const key = request.headers['idempotency-key'];
    if (typeof key !== 'string') {
      const { status, headers = {}, body } = await work();
      reply.code(status);
      reply.headers(headers);
      reply.send(body);
      return;
    }
    const { method, url, body: given } = request;
    const user = userOf(request);
    // Members of an organisation have its keys together, and each their own requests.
    const described = [method, url, (given ?? null) as JsonValue, user.actor];
    const { response, isReplay } = await keys.run(user, { key, request: described }, async () => {
      const { status, headers = {}, body } = await work();
      reply.code(status);
      const text = reply.serialize(body);
      if (typeof text !== 'string') throw new InternalError('An answer with an idempotency key must be JSON.');
      return { status, headers, body: text };
    });
    reply.code(response.status);
    reply.headers({ ...response.headers, ...(isReplay ? { 'idempotent-replayed': 'true' } : {}) });
    reply.type('application/json; charset=utf-8');
    reply.send(response.body);
  };
}
