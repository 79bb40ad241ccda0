import { ConflictError, defineError, NotFoundError } from '../errors/index.ts';

export class AccountExistsError extends defineError(
  {
    code: 'ACCOUNT_EXISTS',
    title: 'There is already an account with this address',
    status: 409,
    exitCode: 1,
    retriable: false,
    hint: 'Use another address, or set a new password for the account that exists.',
  },
  ConflictError,
) {}

export class AccountNotFoundError extends defineError(
  {
    code: 'ACCOUNT_NOT_FOUND',
    title: 'There is no such account',
    status: 404,
    exitCode: 1,
    retriable: false,
    hint: 'Check the address; `keelson create-admin EMAIL` makes an account.',
  },
  NotFoundError,
) {}

export class TokenNotFoundError extends defineError(
  {
    code: 'TOKEN_NOT_FOUND',
    title: 'There is no such API token',
    status: 404,
    exitCode: 1,
    retriable: false,
    hint: 'Check the id; `keelson token list` shows the tokens that exist.',
  },
  NotFoundError,
) {}

export class SecretKeyMissingError extends defineError({
  code: 'SECRET_KEY_MISSING',
  title: 'There is no key for secrets',
  status: 500,
  exitCode: 2,
  retriable: false,
  hint: 'Set KEELSON_SECRET_KEY; `openssl rand -base64 32` makes a key.',
}) {}

export class SecretUnreadableError extends defineError({
  code: 'SECRET_UNREADABLE',
  title: 'A secret cannot be opened with this key',
  status: 500,
  exitCode: 2,
  retriable: false,
  hint: 'Set KEELSON_SECRET_KEY to the key that it was sealed with, or that one as KEELSON_SECRET_KEY_PREVIOUS.',
}) {}

export class SettingNotFoundError extends defineError(
  {
    code: 'SETTING_NOT_FOUND',
    title: 'There is no such setting',
    status: 404,
    exitCode: 1,
    retriable: false,
    hint: 'Check the key; a list shows the settings that are defined.',
  },
  NotFoundError,
) {}

export class SettingChangedError extends defineError(
  {
    code: 'SETTING_CHANGED',
    title: 'The setting was changed since it was read',
    status: 412,
    exitCode: 1,
    retriable: false,
    hint: 'Read it again, then decide whether the change is still wanted.',
  },
  ConflictError,
) {}

export class SettingRequiredError extends defineError(
  {
    code: 'SETTING_REQUIRED',
    title: 'The setting is required',
    status: 409,
    exitCode: 1,
    retriable: false,
    hint: 'Give it another value; to remove it, define it as not required first.',
  },
  ConflictError,
) {}

/** `details.retryAfterMs` says when to ask again. */
export class IdempotencyKeyBusyError extends defineError(
  {
    code: 'IDEMPOTENCY_KEY_BUSY',
    title: 'The request with this idempotency key is still being answered',
    status: 409,
    exitCode: 1,
    retriable: true,
    hint: 'Send it again in a moment; it gets the answer of the first one.',
  },
  ConflictError,
) {}

export class IdempotencyKeyReusedError extends defineError({
  code: 'IDEMPOTENCY_KEY_REUSED',
  title: 'The idempotency key stands for another request',
  status: 422,
  exitCode: 1,
  retriable: false,
  hint: 'Use a new key for each request, and the same key only to send the same request again.',
}) {}
