import {
  AuthenticationError,
  CircuitOpenError,
  ForbiddenError,
  InternalError,
  type KeelsonError,
  NotAMemberError,
} from '@keelson/db-core';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { Api } from '../api.ts';
import { RouteNotFoundError } from '../errors.ts';
import { isBrokenResponse, toKeelsonError, toProblem } from '../problem.ts';

export const PROBLEM_TYPE = 'application/problem+json';

/** A time that is long enough for a lock or a full pool to pass, where nobody knows better. */
const SHORTLY_S = 1;

/** Every error becomes a problem of the catalogue; what nobody foresaw becomes `INTERNAL` and says nothing of itself. */
export function answerWithProblems(api: Api): void {
  api.decorateRequest('problemCode', null);
  api.setErrorHandler((error, request, reply) => {
    if (isBrokenResponse(error)) {
      const { cause } = error;
      request.log.error(
        { alarm: 'broken-response', route: request.routeOptions.url, err: cause ?? error },
        'a response breaks its schema',
      );
      return sendProblem(new InternalError('A response breaks its schema.', { cause: error }), request, reply);
    }
    return sendProblem(toKeelsonError(error), request, reply);
  });
}

/** To be called when the rate limit is there, because guessing addresses counts as well. */
export function answerUnknownRoutes(api: Api, { limited }: { readonly limited: boolean }): void {
  const handler = (): never => {
    throw new RouteNotFoundError('There is nothing at this address.');
  };
  if (limited) api.setNotFoundHandler({ preHandler: api.rateLimit() }, handler);
  else api.setNotFoundHandler(handler);
}

/** For a request whose address can't even be looked up. */
export function answerFrameworkError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  void reply.header('x-request-id', request.id);
  void sendProblem(toKeelsonError(error), request, reply);
}

function sendProblem(error: KeelsonError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  log(error, request);
  request.problemCode = error.code;
  // They belong to the answer that this one takes the place of.
  for (const name of ['etag', 'location', 'content-disposition', 'idempotent-replayed']) reply.removeHeader(name);
  const retryAfter = retryAfterOf(error);
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter);
  const challenge = challengeOf(error, request);
  if (challenge !== undefined) reply.header('www-authenticate', challenge);
  const { allow } = error.details;
  if (error.status === 405 && Array.isArray(allow)) reply.header('allow', allow.join(', '));
  return reply
    .code(error.status)
    .header('cache-control', 'no-store')
    .type(PROBLEM_TYPE)
    .send(toProblem(error, request));
}

function log(error: KeelsonError, { log }: FastifyRequest): void {
  const { cause } = error;
  // What is thrown without being an error isn't written by itself.
  const thrown = cause === undefined || cause instanceof Error ? {} : { thrown: cause };
  if (error.status >= 500) log.error({ err: error, code: error.code, ...thrown }, error.message);
  else log.debug({ code: error.code, problem: error.message }, 'request refused');
}

/** Seconds. */
function retryAfterOf(error: KeelsonError): number | undefined {
  const { retryAfterMs } = error.details;
  if (typeof retryAfterMs === 'number') return Math.max(1, Math.ceil(retryAfterMs / 1000));
  return error.status === 503 && (error.retriable || error instanceof CircuitOpenError) ? SHORTLY_S : undefined;
}

/** RFC 6750: tells a client why its token isn't enough. */
function challengeOf(error: KeelsonError, request: FastifyRequest): string | undefined {
  const scheme = 'Bearer realm="keelson"';
  if (error instanceof AuthenticationError) {
    return request.headers.authorization === undefined ? scheme : `${scheme}, error="invalid_token"`;
  }
  const { access } = request.routeOptions.config;
  // What a member may not do isn't a matter of their token.
  return error instanceof ForbiddenError && request.actingFor === null && !(error instanceof NotAMemberError)
    ? `${scheme}, error="insufficient_scope", scope="${access ?? ''}"`
    : undefined;
}
