import {
  AuthenticationError,
  CircuitOpenError,
  ConnectionFailedError,
  ConnectionLostError,
  ConnectionTimeoutError,
  DiskFullError,
  type ErrorEntry,
  ForbiddenError,
  InternalError,
  type KeelsonError,
  LockTimeoutError,
  NotAMemberError,
  PoolExhaustedError,
  StatementTimeoutError,
  TransactionTimeoutError,
  ValidationError,
} from '@keelson/db-core';
import type { FastifyContextConfig } from 'fastify';
import { concernsRows } from '../rows.ts';
import { MalformedRequestError, PayloadTooLargeError, RateLimitedError, UnsupportedMediaTypeError } from '../errors.ts';

/** A class of errors of the catalogue. */
export type ErrorClass = new (message: string) => KeelsonError;

/** What a database may do to every route that needs it. */
const ofDatabase: readonly ErrorClass[] = [
  CircuitOpenError,
  ConnectionFailedError,
  ConnectionLostError,
  ConnectionTimeoutError,
  DiskFullError,
  LockTimeoutError,
  PoolExhaustedError,
  StatementTimeoutError,
  TransactionTimeoutError,
];

/** What is known of a route when its problems are listed. */
export interface DescribedRoute {
  readonly config: FastifyContextConfig;
  readonly hasBody: boolean;
  /** Does it take parameters or a body that can be wrong? */
  readonly hasInput: boolean;
}

/** Every problem that a route may foresee, by status. */
export function problemsOf({ config, hasBody, hasInput }: DescribedRoute): ReadonlyMap<number, readonly ErrorEntry[]> {
  const classes: ErrorClass[] = [...(config.problems ?? []), InternalError];
  if (config.access !== 'public') classes.push(AuthenticationError, ForbiddenError, ...ofDatabase);
  if (concernsRows(config)) classes.push(NotAMemberError);
  if (config.rateLimit !== false) classes.push(RateLimitedError);
  if (hasInput) classes.push(ValidationError, MalformedRequestError);
  if (hasBody) classes.push(PayloadTooLargeError, UnsupportedMediaTypeError);
  const entries = classes.map(entryOf).sort((a, b) => a.status - b.status || (a.code < b.code ? -1 : 1));
  return Map.groupBy(entries, ({ status }) => status);
}

/** The catalogue's entry belongs to the class, and can be read only from one of its errors. */
function entryOf(errorClass: ErrorClass): ErrorEntry {
  return new errorClass('').entry;
}
