import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Conversations } from '@keelson/conversations';
import type { Database, Scope, Search, UserHandle } from '@keelson/db-core';
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Principal } from './access.ts';
import type { Answers } from './once.ts';
import type { EventStreams } from './live/streams.ts';
import type { ErrorClass } from './openapi/problems.ts';

/** A server whose routes have zod schemas. */
export type Api = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** What routes work with. */
export interface Services extends Answers {
  readonly database: Database;
  /** Search in all domains. */
  readonly search: Search;
  /** Who is asking, on a route that needs a token. */
  readonly principalOf: (request: FastifyRequest) => Principal;
  /** The handle for whose rows the request is: their own, or those of the organisation that they act for. */
  readonly userOf: (request: FastifyRequest) => UserHandle;
  /** Streams of events: they end when the server closes. */
  readonly streams: EventStreams;
  /** The conversations of whoever that is. */
  readonly conversationsOf: (request: FastifyRequest) => Conversations;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is asking; null where the route doesn't want to know, or they couldn't say. */
    principal: Principal | null;
    /** For an organisation's rows; null where the request is for nobody's but their own. */
    actingFor: UserHandle | null;
    /** Why they couldn't say. Thrown once the rate limit has counted the request. */
    authenticationFailure: unknown;
    /** The code of the problem that it was answered with. */
    problemCode: string | null;
  }
  interface FastifyContextConfig {
    /** The scope that a token needs, or `public`. A route that doesn't say can't be registered. */
    access?: Scope | 'public';
    /** What the route itself may answer besides what every route may, for the API's description. */
    problems?: readonly ErrorClass[];
    /** Headers of the answer that are worth knowing, by status; for the API's description. */
    answerHeaders?: Readonly<Record<number, readonly ('etag' | 'location' | 'idempotent-replayed')[]>>;
  }
}
