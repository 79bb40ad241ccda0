import { defineError } from './keelson-error.ts';

export class TransactionClosedError extends defineError({
  code: 'TRANSACTION_CLOSED',
  title: 'The transaction has already ended',
  status: 500,
  exitCode: 1,
  retriable: false,
  hint: 'This is a fault in the calling program: await every statement before the function given to `transaction` returns.',
}) {}

export class TransactionAbortedError extends defineError({
  code: 'TRANSACTION_ABORTED',
  title: 'A statement of this transaction failed before',
  status: 500,
  exitCode: 1,
  retriable: false,
  hint: 'Let the first error end the transaction; what may fail alone belongs in a `savepoint`.',
}) {}

export class ConcurrentTransactionUseError extends defineError({
  code: 'CONCURRENT_TRANSACTION_USE',
  title: 'Two statements of one transaction overlap',
  status: 500,
  exitCode: 1,
  retriable: false,
  hint: 'This is a fault in the calling program: await one statement before the next, instead of `Promise.all`.',
}) {}

export class TransactionTimeoutError extends defineError({
  code: 'TRANSACTION_TIMEOUT',
  title: 'The transaction took too long and was undone',
  status: 504,
  exitCode: 1,
  retriable: false,
  hint: 'Wait for nothing slow inside a transaction, write in smaller parts, or raise DATABASE_TRANSACTION_TIMEOUT.',
}) {}

export class AmbiguousCommitError extends defineError({
  code: 'AMBIGUOUS_COMMIT',
  title: 'The connection broke during commit: whether it was kept is not known',
  status: 500,
  exitCode: 1,
  retriable: false,
  hint: 'Look whether the change is there before doing it again. A transaction marked `idempotent` is repeated by itself.',
}) {}
