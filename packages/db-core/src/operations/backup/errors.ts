import { defineError } from '../../errors/index.ts';

export class BackupFailedError extends defineError({
  code: 'BACKUP_FAILED',
  title: 'A backup could not be made',
  status: 500,
  exitCode: 1,
  retriable: false,
  hint: 'Nothing was left that looks like a backup. Mend what the message names and run `keelson backup` again.',
}) {}

export class BackupDamagedError extends defineError({
  code: 'BACKUP_DAMAGED',
  title: 'A backup is damaged or incomplete',
  status: 500,
  exitCode: 1,
  retriable: false,
  hint: 'Nothing was changed. Take another one: `keelson backups list` shows them.',
}) {}

export class BackupUnknownError extends defineError({
  code: 'BACKUP_UNKNOWN',
  title: 'The file is no backup that this version can read',
  status: 422,
  exitCode: 2,
  retriable: false,
  hint: 'Give a file that `keelson backup` made, or a SQLite file whose name ends in .db; a newer backup needs a newer version of this program.',
}) {}

export class BackupKeyError extends defineError({
  code: 'BACKUP_KEY',
  title: 'The backup is encrypted with another key',
  status: 422,
  exitCode: 2,
  retriable: false,
  hint: 'Set KEELSON_SECRET_KEY (or KEELSON_SECRET_KEY_PREVIOUS) to the key that was set when the backup was made.',
}) {}

export class RestoreRefusedError extends defineError({
  code: 'RESTORE_REFUSED',
  title: 'The backup was not restored',
  status: 409,
  exitCode: 4,
  retriable: false,
  hint: 'Nothing was changed; the message says why.',
}) {}
