import { defineError } from './keelson-error.ts';

/** Base of the four violations. `details` has `table`, and `columns` or `constraint`, where they are known. */
export class IntegrityError extends defineError<string>({
  code: 'INTEGRITY',
  title: 'A rule that protects the data was violated',
  status: 409,
  exitCode: 1,
  retriable: false,
  hint: 'Change the values that the message names; nothing of this attempt was kept.',
}) {}

export class UniqueViolationError extends defineError(
  {
    code: 'UNIQUE_VIOLATION',
    title: 'There is already a row with these values',
    status: 409,
    exitCode: 1,
    retriable: false,
    hint: 'Use other values, or change the row that exists.',
  },
  IntegrityError,
) {}

export class ForeignKeyViolationError extends defineError(
  {
    code: 'FOREIGN_KEY_VIOLATION',
    title: 'The row refers to one that does not exist, or is still referred to',
    status: 409,
    exitCode: 1,
    retriable: false,
    hint: 'Make the row that is referred to first; to remove one, remove what refers to it first.',
  },
  IntegrityError,
) {}

export class CheckViolationError extends defineError(
  {
    code: 'CHECK_VIOLATION',
    title: 'A value is outside what its column allows',
    status: 422,
    exitCode: 1,
    retriable: false,
    hint: 'Give a value that the column allows; docs/schema.md lists the rules of every table.',
  },
  IntegrityError,
) {}

export class NotNullViolationError extends defineError(
  {
    code: 'NOT_NULL_VIOLATION',
    title: 'A value that is required is missing',
    status: 422,
    exitCode: 1,
    retriable: false,
    hint: 'Give a value for the column that the message names.',
  },
  IntegrityError,
) {}

export class ImmutableRowError extends defineError(
  {
    code: 'IMMUTABLE_ROW',
    title: 'The row may no longer be changed',
    status: 409,
    exitCode: 1,
    retriable: false,
    hint: 'Add a new row instead; this one is kept as it is.',
  },
  IntegrityError,
) {}

/** `details.issues` is a list of `{ path, message }`, one for each fault. */
export class ValidationError extends defineError({
  code: 'VALIDATION',
  title: 'The input is not valid',
  status: 422,
  exitCode: 2,
  retriable: false,
  hint: 'Correct the fields that the message names.',
}) {}

/** Base that every domain extends with a code of its own. */
export class NotFoundError extends defineError<string>({
  code: 'NOT_FOUND',
  title: 'There is no such thing',
  status: 404,
  exitCode: 1,
  retriable: false,
  hint: 'Check the id; only what belongs to the user can be found.',
}) {}

export class ConflictError extends defineError({
  code: 'CONFLICT',
  title: 'It was changed or made by someone else in the meantime',
  status: 409,
  exitCode: 1,
  retriable: false,
  hint: 'Read it again, then decide whether the change is still wanted.',
}) {}

/** For all that the tenancy guard refuses. */
export class TenancyViolationError extends defineError({
  code: 'TENANCY_VIOLATION',
  title: 'A query could reach rows of another user',
  status: 500,
  exitCode: 1,
  retriable: false,
  hint: 'This is a fault in the calling program: use a handle of the user whose rows are meant, and only what the query builder can prove.',
}) {}

export class AuthenticationError extends defineError({
  code: 'AUTHENTICATION',
  title: 'Who is asking is not known',
  status: 401,
  exitCode: 4,
  retriable: false,
  hint: 'Send a valid token: `Authorization: Bearer <token>`. `keelson token create` makes one.',
}) {}

export class ForbiddenError extends defineError({
  code: 'FORBIDDEN',
  title: 'This is not allowed',
  status: 403,
  exitCode: 4,
  retriable: false,
  hint: 'Use a token with the scope that the message names; `keelson token list` shows the scopes of each.',
}) {}

export class InternalError extends defineError({
  code: 'INTERNAL',
  title: 'Something unexpected failed',
  status: 500,
  exitCode: 1,
  retriable: false,
  hint: 'This is a fault in Keelson, or in the program that uses it; report it with the cause.',
}) {}
