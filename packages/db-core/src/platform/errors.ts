import { ConflictError, defineError, ForbiddenError, NotFoundError } from '../errors/index.ts';

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

export class SessionNotFoundError extends defineError(
  {
    code: 'SESSION_NOT_FOUND',
    title: 'There is no such session',
    status: 404,
    exitCode: 1,
    retriable: false,
    hint: 'List the sessions of the account; those that ended are removed after a while.',
  },
  NotFoundError,
) {}

/** `details.retryAfterMs` says how long. */
export class SignInBlockedError extends defineError({
  code: 'SIGN_IN_BLOCKED',
  title: 'There were too many wrong passwords',
  status: 429,
  exitCode: 4,
  retriable: false,
  hint: 'Wait as long as the answer says, then try again with the right password.',
}) {}

export class CsrfError extends defineError(
  {
    code: 'CSRF',
    title: 'The request does not come from the page that the session belongs to',
    status: 403,
    exitCode: 4,
    retriable: false,
    hint: 'Send the CSRF token that the session was given, and load the page again if it is an old one.',
  },
  ForbiddenError,
) {}

export class OrganisationNotFoundError extends defineError(
  {
    code: 'ORGANISATION_NOT_FOUND',
    title: 'There is no such organisation',
    status: 404,
    exitCode: 1,
    retriable: false,
    hint: 'Check the id; only its members see an organisation.',
  },
  NotFoundError,
) {}

/** The same for an organisation that isn't there. */
export class NotAMemberError extends defineError(
  {
    code: 'NOT_A_MEMBER',
    title: 'Nobody may act for an organisation that they do not belong to',
    status: 403,
    exitCode: 4,
    retriable: false,
    hint: 'Check the id of the organisation, or ask one of its owners to be added.',
  },
  ForbiddenError,
) {}

export class MemberNotFoundError extends defineError(
  {
    code: 'MEMBER_NOT_FOUND',
    title: 'There is no such member of the organisation',
    status: 404,
    exitCode: 1,
    retriable: false,
    hint: 'List the members of the organisation.',
  },
  NotFoundError,
) {}

export class MemberExistsError extends defineError(
  {
    code: 'MEMBER_EXISTS',
    title: 'This is a member of the organisation already',
    status: 409,
    exitCode: 1,
    retriable: false,
    hint: 'Change the role of the member instead.',
  },
  ConflictError,
) {}

export class LastOwnerError extends defineError(
  {
    code: 'LAST_OWNER',
    title: 'The organisation would be left without an owner',
    status: 409,
    exitCode: 1,
    retriable: false,
    hint: 'Make another member an owner first.',
  },
  ConflictError,
) {}
