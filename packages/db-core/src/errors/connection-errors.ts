import { defineError } from './keelson-error.ts';

/** Names every fault of the configuration at once. `details.issues` is a list of `{ name, given, message }`. */
export class ConfigurationError extends defineError({
  code: 'CONFIGURATION',
  title: 'The configuration is invalid',
  status: 500,
  exitCode: 2,
  retriable: false,
  hint: 'Correct the settings named in the message, in the environment or in `.env`; docs/configuration.md lists them all.',
}) {}

export class DatabaseNotFoundError extends defineError({
  code: 'DATABASE_NOT_FOUND',
  title: 'The database does not exist',
  status: 503,
  exitCode: 1,
  retriable: false,
  hint: 'Check DATABASE_URL; to make a new database there, run `keelson init`.',
}) {}

export class NotADatabaseError extends defineError({
  code: 'NOT_A_DATABASE',
  title: 'The file is not a SQLite database',
  status: 503,
  exitCode: 1,
  retriable: false,
  hint: 'Check the path in DATABASE_URL. The file was left untouched; move it away to make a new database there with `keelson init`.',
}) {}

export class ForeignDatabaseError extends defineError({
  code: 'FOREIGN_DATABASE',
  title: 'The file is the database of another program',
  status: 503,
  exitCode: 1,
  retriable: false,
  hint: 'Check the path in DATABASE_URL. Nothing was changed. What another system stored is brought into a database of its own: `keelson adopt FILE`.',
}) {}

export class UnwritableDatabaseError extends defineError({
  code: 'UNWRITABLE_DATABASE',
  title: 'The database file or its folder cannot be written',
  status: 503,
  exitCode: 1,
  retriable: false,
  hint: 'Give the user that runs this process write permission on the database file and on its folder, then run `keelson status`.',
}) {}

export class NetworkFileSystemError extends defineError({
  code: 'NETWORK_FILE_SYSTEM',
  title: 'The database file lies on a network file system',
  status: 500,
  exitCode: 2,
  retriable: false,
  hint: "SQLite's write-ahead log is not safe there. Set DATABASE_URL to a path on a local disk, or to a PostgreSQL server.",
}) {}

export class ConnectionFailedError extends defineError({
  code: 'CONNECTION_FAILED',
  title: 'The database server cannot be reached or refuses the connection',
  status: 503,
  exitCode: 1,
  retriable: true,
  hint: 'Check that the server runs and that host, port, user and password in DATABASE_URL are right, then run `keelson health`.',
}) {}

export class ConnectionTimeoutError extends defineError({
  code: 'CONNECTION_TIMEOUT',
  title: 'Connecting to the database took too long',
  status: 503,
  exitCode: 1,
  retriable: true,
  hint: 'Check the network and the load of the server with `keelson health`; DATABASE_TIMEOUT sets how long to wait.',
}) {}

export class ConnectionLostError extends defineError({
  code: 'CONNECTION_LOST',
  title: 'The connection to the database broke',
  status: 503,
  exitCode: 1,
  retriable: true,
  hint: "Do it again. If it goes on, check the server's log, and what `keelson health` says.",
}) {}

export class PoolExhaustedError extends defineError({
  code: 'POOL_EXHAUSTED',
  title: 'Every connection of the pool is in use',
  status: 503,
  exitCode: 1,
  retriable: true,
  hint: 'Do it again in a moment. If it goes on, look for transactions that stay open, or raise DATABASE_POOL_SIZE, DATABASE_MAX_OVERFLOW or DATABASE_POOL_TIMEOUT; `keelson health` shows the pool.',
}) {}

/** Thrown without asking the database. `details.retryAfterMs` says when it is asked again. */
export class CircuitOpenError extends defineError({
  code: 'CIRCUIT_OPEN',
  title: 'The database failed repeatedly and is left alone for a while',
  status: 503,
  exitCode: 1,
  retriable: false,
  hint: 'Wait for the time given, then do it again. `keelson health` tells whether the database can be reached.',
}) {}

export class DatabaseClosedError extends defineError({
  code: 'DATABASE_CLOSED',
  title: 'The database was closed',
  status: 503,
  exitCode: 1,
  retriable: false,
  hint: 'Open a new one with `openDatabase`; `close()` is final.',
}) {}

export class InitializationError extends defineError({
  code: 'INITIALIZATION',
  title: 'The database could not be made ready',
  status: 503,
  exitCode: 1,
  retriable: false,
  hint: 'The cause says why. Mend it, then run `keelson init`, or `keelson status` for what is there.',
}) {}
