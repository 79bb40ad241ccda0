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
