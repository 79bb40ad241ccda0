import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import {
  type Database,
  IdempotencyKeyBusyError,
  IdempotencyKeyReusedError,
  IdempotencyKeys,
  type IdempotentOutcome,
  InternalError,
  type JsonValue,
  type StoredResponse,
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
 * The same for a file that is sent, and for work that has transactions of its own and may be done again. Without a key the
 * file is read while it arrives; with one it must be known whole first, since the key stands for this file.
 */
export type AnswerFileOnce = (
  request: FastifyRequest,
  reply: Reply,
  file: AsyncIterable<Uint8Array>,
  work: (file: AsyncIterable<Uint8Array> | readonly Uint8Array[]) => Promise<Answer>,
) => Promise<void>;

export interface Answers {
  readonly answerOnce: AnswerOnce;
  readonly answerFileOnce: AnswerFileOnce;
}

/**
 * With a key, what the work writes and its answer are kept in one transaction, and only then is it sent. The answer is
 * put into words before that, so that one that breaks its schema undoes the work.
 */
export function answers(database: Database, userOf: (request: FastifyRequest) => UserHandle): Answers {
  const keys = new IdempotencyKeys(database);
  return {
    answerOnce: async (request, reply, work) => {
      const key = keyOf(request);
      if (key === undefined) return send(reply, await work());
      const named = { key, request: described(request, userOf(request), (request.body ?? null) as JsonValue) };
      sendKept(reply, await keys.run(userOf(request), named, async () => inWords(reply, await work())));
    },
    answerFileOnce: async (request, reply, file, work) => {
      const key = keyOf(request);
      if (key === undefined) return send(reply, await work(file));
      const content = await buffer(file);
      const digest = createHash('sha256').update(content).digest('hex');
      const user = userOf(request);
      const named = { key, request: described(request, user, digest) };
      const known = await keys.find(user, named);
      if (known !== undefined) return sendKept(reply, { response: known, isReplay: true });
      const response = inWords(reply, await work([content]));
      sendKept(reply, await keys.run(user, named, async () => response));
    },
  };
}

function keyOf({ headers }: FastifyRequest): string | undefined {
  const key = headers['idempotency-key'];
  return typeof key === 'string' ? key : undefined;
}

/** Members of an organisation have its keys together, and each their own requests. */
function described({ method, url }: FastifyRequest, { actor }: UserHandle, body: JsonValue): JsonValue {
  return [method, url, body, actor];
}

function send(reply: Reply, { status, headers = {}, body }: Answer): void {
  reply.code(status);
  reply.headers(headers);
  reply.send(body);
}

function inWords(reply: Reply, { status, headers = {}, body }: Answer): StoredResponse {
  reply.code(status);
  const text = reply.serialize(body);
  if (typeof text !== 'string') throw new InternalError('An answer with an idempotency key must be JSON.');
  return { status, headers, body: text };
}

function sendKept(reply: Reply, { response, isReplay }: IdempotentOutcome): void {
  reply.code(response.status);
  reply.headers({ ...response.headers, ...(isReplay ? { 'idempotent-replayed': 'true' } : {}) });
  reply.type('application/json; charset=utf-8');
  reply.send(response.body);
}
