import {
  CircuitOpenError,
  ConnectionFailedError,
  ConnectionLostError,
  ConnectionTimeoutError,
  DeadlockError,
  DiskFullError,
  IntegrityError,
  KeelsonError,
  LockTimeoutError,
  PoolExhaustedError,
  QueryError,
  ReadOnlyError,
  SerializationError,
  StatementTimeoutError,
} from '../errors/index.ts';

/**
 * Does the error say that the database can't be reached? A full pool doesn't: it is this process that is busy. Neither
 * does a full disk, with which reading still works.
 */
export function isConnectionFault(error: unknown): boolean {
  return (
    error instanceof ConnectionFailedError ||
    error instanceof ConnectionTimeoutError ||
    error instanceof ConnectionLostError
  );
}

const answers = [
  IntegrityError,
  QueryError,
  DeadlockError,
  SerializationError,
  LockTimeoutError,
  StatementTimeoutError,
  DiskFullError,
  ReadOnlyError,
];

/** Did the database itself say so? Then it can be reached, whatever else is wrong. */
export function isDatabaseAnswer(error: unknown): boolean {
  return answers.some((answer) => error instanceof answer);
}

/** These come at the end of a full wait; to wait as long again is for whoever called to decide. */
const waited = [LockTimeoutError, PoolExhaustedError, ConnectionTimeoutError];

/** Is it worth doing the work again without asking? */
export function isWorthRepeating(error: unknown): boolean {
  return isRetriable(error) && !waited.some((each) => error instanceof each);
}

/** May the same work succeed when it is done again at once? */
export function isRetriable(error: unknown): boolean {
  return error instanceof KeelsonError && error.retriable;
}

/** May it work later, without anybody having done anything? For those in the background, who can wait. */
export function isPassing(error: unknown): boolean {
  return isRetriable(error) || error instanceof CircuitOpenError;
}
