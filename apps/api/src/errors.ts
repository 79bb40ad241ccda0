import { defineError, NotFoundError } from '@keelson/db-core';

/** The request can't be read: broken JSON, a body of another length than announced, a URL that can't be decoded. */
export class MalformedRequestError extends defineError({
  code: 'MALFORMED_REQUEST',
  title: 'The request cannot be read',
  status: 400,
  exitCode: 2,
  retriable: false,
  hint: 'Send what the message asks for; `/docs` describes every request.',
}) {}

export class RouteNotFoundError extends defineError(
  {
    code: 'ROUTE_NOT_FOUND',
    title: 'There is nothing at this address',
    status: 404,
    exitCode: 2,
    retriable: false,
    hint: 'Check the path; `/docs` lists every one that exists.',
  },
  NotFoundError,
) {}

/** `details.allow` lists the methods that there are. */
export class MethodNotAllowedError extends defineError({
  code: 'METHOD_NOT_ALLOWED',
  title: 'This address does not take this method',
  status: 405,
  exitCode: 2,
  retriable: false,
  hint: 'Use one of the methods in the header `Allow`.',
}) {}

export class RequestTimeoutError extends defineError({
  code: 'REQUEST_TIMEOUT',
  title: 'The request took too long to arrive',
  status: 408,
  exitCode: 1,
  retriable: true,
  hint: 'Send it again, on a faster connection or in smaller parts.',
}) {}

export class PayloadTooLargeError extends defineError({
  code: 'PAYLOAD_TOO_LARGE',
  title: 'The request body is too large',
  status: 413,
  exitCode: 2,
  retriable: false,
  hint: 'Send less at once; KEELSON_HTTP_BODY_LIMIT sets the largest body that is taken.',
}) {}

export class UnsupportedMediaTypeError extends defineError({
  code: 'UNSUPPORTED_MEDIA_TYPE',
  title: 'The body is of a type that is not taken here',
  status: 415,
  exitCode: 2,
  retriable: false,
  hint: 'Send JSON, with the header `Content-Type: application/json`.',
}) {}

/** `details.retryAfterMs` says when the next request is taken. */
export class RateLimitedError extends defineError({
  code: 'RATE_LIMITED',
  title: 'Too many requests in a short time',
  status: 429,
  exitCode: 1,
  retriable: true,
  hint: 'Wait for the time in the header `Retry-After`; KEELSON_HTTP_RATE_LIMIT sets how many a minute are taken.',
}) {}

export class TooManyStreamsError extends defineError({
  code: 'TOO_MANY_STREAMS',
  title: 'Too many streams of events are open',
  status: 429,
  exitCode: 1,
  retriable: true,
  hint: 'Close streams that nobody reads; one stream of /v1/changes tells of everything.',
}) {}

export class HeadersTooLargeError extends defineError({
  code: 'HEADERS_TOO_LARGE',
  title: 'The headers of the request are too large',
  status: 431,
  exitCode: 2,
  retriable: false,
  hint: 'Send fewer or shorter headers.',
}) {}

/** A check of the database found a reason not to send requests here. */
export class NotReadyError extends defineError({
  code: 'NOT_READY',
  title: 'Requests cannot be served yet',
  status: 503,
  exitCode: 1,
  retriable: true,
  hint: 'Ask again in a moment; `keelson health` tells what is wrong with the database.',
}) {}

/** The port is taken, or the host isn't one of this machine's. */
export class ListenError extends defineError({
  code: 'LISTEN',
  title: 'The HTTP API cannot listen on this address',
  status: 500,
  exitCode: 1,
  retriable: false,
  hint: 'Set KEELSON_HTTP_PORT to a free port (0 takes any), or KEELSON_HTTP_HOST to an address of this machine.',
}) {}
