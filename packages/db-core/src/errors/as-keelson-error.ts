import { InternalError } from './data-errors.ts';
import { KeelsonError } from './keelson-error.ts';

/**
 * Any thrown value as an error of the catalogue: itself, or an `InternalError` around it. For the one place where an app
 * meets its user; the message says nothing of the cause, which may hold what isn't theirs.
 */
export function asKeelsonError(error: unknown): KeelsonError {
  return error instanceof KeelsonError ? error : new InternalError('Something unexpected failed.', { cause: error });
}
