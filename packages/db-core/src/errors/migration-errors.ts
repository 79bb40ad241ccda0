import { defineError } from './keelson-error.ts';

export class MigrationPendingError extends defineError({
  code: 'MIGRATION_PENDING',
  title: 'Migrations are waiting to be run',
  status: 503,
  exitCode: 5,
  retriable: false,
  hint: 'Run `keelson migrate` (`keelson migrate --dry-run` shows what it would do), or set MIGRATION_AUTO_UPGRADE=true.',
}) {}

export class MigrationDriftError extends defineError({
  code: 'MIGRATION_DRIFT',
  title: 'A migration that was run has changed since',
  status: 503,
  exitCode: 5,
  retriable: false,
  hint: 'Restore the migration as it was when it ran, and put the change in a new one: `keelson create-migration "TEXT"`. `keelson status` shows which.',
}) {}

export class MigrationLockedError extends defineError({
  code: 'MIGRATION_LOCKED',
  title: 'Another process is migrating',
  status: 503,
  exitCode: 1,
  retriable: true,
  hint: 'Wait until it is done, then run `keelson status`; the message tells who holds the lock.',
}) {}

export class MigrationFailedError extends defineError({
  code: 'MIGRATION_FAILED',
  title: 'A migration failed',
  status: 500,
  exitCode: 1,
  retriable: false,
  hint: 'The database is as it was before that migration. The cause says why; mend it, then run `keelson migrate` again.',
}) {}

/** `details.instances` names the programs that run with an older schema, `details.migrations` what they can't work with. */
export class MigrationBreakingError extends defineError({
  code: 'MIGRATION_BREAKING',
  title: 'Programs are running that a migration would break',
  status: 503,
  exitCode: 4,
  retriable: false,
  hint: 'Stop the programs named in the message (`keelson info` lists those that live; one that was killed is forgotten after 90 seconds), then do it again. `keelson migrate --force` and `keelson rollback --force` do it all the same: they then fail until they are replaced.',
}) {}

export class MigrationMissingDownError extends defineError({
  code: 'MIGRATION_MISSING_DOWN',
  title: 'A migration cannot be undone',
  status: 500,
  exitCode: 1,
  retriable: false,
  hint: 'It has no `down`. Roll back to a later migration, or restore a backup made before it ran.',
}) {}

export class NewerSchemaError extends defineError({
  code: 'NEWER_SCHEMA',
  title: 'The database was migrated by a newer version',
  status: 503,
  exitCode: 5,
  retriable: false,
  hint: 'Upgrade this program to the version that migrated it; `keelson status` shows both. Reading is still possible.',
}) {}

export class SchemaValidationError extends defineError({
  code: 'SCHEMA_VALIDATION',
  title: 'Tables or columns differ from what this version expects',
  status: 503,
  exitCode: 5,
  retriable: false,
  hint: 'Run `keelson validate` to see every difference; when migrations are pending, `keelson migrate` mends it.',
}) {}
