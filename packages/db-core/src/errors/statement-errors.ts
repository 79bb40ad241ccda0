import { defineError } from './keelson-error.ts';

export class LockTimeoutError extends defineError({
  code: 'LOCK_TIMEOUT',
  title: 'The database stayed locked by someone else',
  status: 503,
  exitCode: 1,
  retriable: true,
  hint: 'Do it again in a moment. If it goes on, look for another process that writes for long; DATABASE_TIMEOUT sets how long to wait.',
}) {}

export class DeadlockError extends defineError({
  code: 'DEADLOCK',
  title: 'Two transactions waited for each other, and this one was ended',
  status: 503,
  exitCode: 1,
  retriable: true,
  hint: 'Do it again. If it happens often, let transactions write their tables in the same order.',
}) {}

export class SerializationError extends defineError({
  code: 'SERIALIZATION',
  title: 'A concurrent change got in first',
  status: 503,
  exitCode: 1,
  retriable: true,
  hint: 'Do it again; nothing of this attempt was kept.',
}) {}

export class StatementTimeoutError extends defineError({
  code: 'STATEMENT_TIMEOUT',
  title: 'A statement took too long and was ended',
  status: 504,
  exitCode: 1,
  retriable: false,
  hint: 'Ask for less at once, or raise DATABASE_STATEMENT_TIMEOUT; the name of the statement is in the message.',
}) {}

export class DiskFullError extends defineError({
  code: 'DISK_FULL',
  title: 'The disk is full',
  status: 507,
  exitCode: 1,
  retriable: false,
  hint: 'Free some space on the disk that holds the database. Nothing of this attempt was kept; `keelson info` shows sizes.',
}) {}

export class ReadOnlyError extends defineError({
  code: 'READ_ONLY',
  title: 'The database is read-only here',
  status: 503,
  exitCode: 1,
  retriable: false,
  hint: 'Write to the primary, or give this process permission to write; `keelson status` tells whether a newer version made it read-only.',
}) {}

export class CorruptDatabaseError extends defineError({
  code: 'CORRUPT_DATABASE',
  title: 'The database file is damaged',
  status: 500,
  exitCode: 1,
  retriable: false,
  hint: 'Stop every process that writes to it, keep a copy of the file with its -wal and -shm files, and restore the latest backup.',
}) {}

export class QueryError extends defineError({
  code: 'QUERY',
  title: 'The database refused a statement',
  status: 500,
  exitCode: 1,
  retriable: false,
  hint: "The cause has the database's own words. Run `keelson validate` to see whether tables or columns are missing.",
}) {}
