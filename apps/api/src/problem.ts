import { asKeelsonError, type KeelsonError, ValidationError } from '@keelson/db-core';
import {
  HeadersTooLargeError,
  MalformedRequestError,
  PayloadTooLargeError,
  RequestTimeoutError,
  UnsupportedMediaTypeError,
} from './errors.ts';
import type { Fault, Problem } from './schemas/problem.ts';
import { InputFaults, locate, type RequestParts } from './validation.ts';

/** What a problem tells about the request that it answers. */
export interface ProblemRequest extends Partial<RequestParts> {
  readonly id: string;
  /** Left out when the request couldn't be read that far. */
  readonly url?: string;
}

/** An error as the client is told of it. What concerns only the operator is in the log, not here. */
export function toProblem(error: KeelsonError, request: ProblemRequest): Problem {
  const { code, title, status } = error.entry;
  const isOurFault = status >= 500;
  const faults = error instanceof ValidationError ? faultsOf(error, request) : [];
  return {
    type: `urn:keelson:error:${code}`,
    title,
    status,
    // The messages of faults on this side may name hosts and files.
    ...(isOurFault ? {} : { detail: error.message }),
    ...(request.url === undefined ? {} : { instance: pathOf(request.url) }),
    code,
    hint: isOurFault ? error.entry.hint : error.hint,
    requestId: request.id,
    ...(faults.length > 0 ? { errors: faults } : {}),
  };
}

/** A URL without its query, which may hold what shouldn't be repeated. */
export function pathOf(url: string): string {
  const [path = '/'] = url.split('?', 1);
  return path;
}

/** Any thrown value as an error of the catalogue. */
export function toKeelsonError(error: unknown): KeelsonError {
  if (error instanceof InputFaults) return error.toValidationError();
  const known = fromFramework(error);
  return known ?? asKeelsonError(error);
}

/** Did a response not fit its schema? Then this program is wrong, and nothing of the response may go out. */
export function isBrokenResponse(error: unknown): error is Error {
  return codeOf(error) === 'FST_ERR_RESPONSE_SERIALIZATION';
}

/** The framework's own errors about requests; what it says of our mistakes stays unknown, and becomes a 500. */
function fromFramework(error: unknown): KeelsonError | undefined {
  switch (codeOf(error)) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new PayloadTooLargeError('The request body is larger than is taken here.');
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new UnsupportedMediaTypeError('Only JSON is taken here.');
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new MalformedRequestError('The body is not as long as Content-Length says.');
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return new MalformedRequestError('The body is empty, although Content-Type announces JSON.');
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return new MalformedRequestError('The body is not valid JSON.');
    case 'FST_ERR_BAD_URL':
      return new MalformedRequestError('The path has a % that is not the beginning of an encoded character.');
    case 'HPE_HEADER_OVERFLOW':
      return new HeadersTooLargeError('The headers of the request are larger than is taken here.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new RequestTimeoutError('The request did not arrive in time.');
    default:
      return undefined;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function faultsOf(error: ValidationError, request: ProblemRequest): readonly Fault[] {
  const { issues } = error.details;
  if (!Array.isArray(issues)) return [];
  return issues.filter(isIssue).map((issue) => ('in' in issue ? issue : locate(issue, request)));
}

function isIssue(value: unknown): value is Fault | { readonly path: string; readonly message: string } {
  if (typeof value !== 'object' || value === null || !('message' in value)) return false;
  return 'pointer' in value || 'path' in value;
}
