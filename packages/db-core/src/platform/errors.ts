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
