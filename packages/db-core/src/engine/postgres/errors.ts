import pg from 'pg';
import {
  AmbiguousCommitError,
  CheckViolationError,
  ConfigurationError,
  ConnectionFailedError,
  ConnectionLostError,
  ConnectionTimeoutError,
  CorruptDatabaseError,
  DatabaseNotFoundError,
  DeadlockError,
  DiskFullError,
  type ErrorOptions,
  ForeignKeyViolationError,
  ImmutableRowError,
  IntegrityError,
  KeelsonError,
  LockTimeoutError,
  NotNullViolationError,
  QueryError,
  ReadOnlyError,
  SerializationError,
  StatementTimeoutError,
  TenancyViolationError,
  TransactionAbortedError,
  TransactionTimeoutError,
  UniqueViolationError,
} from '../../errors/index.ts';
import { IMMUTABLE_ROW_MARK } from '../marks.ts';

/** Where an error came up. */
export interface ErrorPlace {
  /** `host:port/database`. */
  readonly location: string;
  readonly phase: 'connect' | 'run' | 'commit';
  /** The statement's name. */
  readonly statement?: string | undefined;
  /** Does the statement write? */
  readonly writes?: boolean | undefined;
}

/** Says what a driver's error means in the catalogue's words; its own errors pass through. */
export function mapPostgresError(error: unknown, place: ErrorPlace): KeelsonError {
  if (error instanceof KeelsonError) return error;
  if (error instanceof pg.DatabaseError && error.code !== undefined) return serverError(error, error.code, place);
  return clientError(error, place);
}

/** Must the connection on which this came up be thrown away? */
export function breaksConnection(error: KeelsonError): boolean {
  return (
    error instanceof ConnectionLostError ||
    error instanceof ConnectionFailedError ||
    error instanceof ConnectionTimeoutError ||
    error instanceof StatementTimeoutError ||
    error instanceof TransactionTimeoutError ||
    error instanceof AmbiguousCommitError
  );
}

/** Did the server refuse to run a prepared statement because the schema changed since, or because a pooler lost it? */
export function isStaleStatement(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return false;
  return error.code === '26000' || (error.code === '0A000' && error.routine === 'RevalidateCachedQuery');
}

function serverError(error: pg.DatabaseError, sqlState: string, place: ErrorPlace): KeelsonError {
  const options: ErrorOptions = { cause: error, details: { sqlState } };
  const { location, statement } = place;
  const said = error.message;
  if (said.startsWith(IMMUTABLE_ROW_MARK)) return new ImmutableRowError(said, { cause: error });
  switch (sqlState) {
    case '23505':
    case '23503':
    case '23001':
    case '23514':
    case '23502':
      return integrityError(error, sqlState);
    case '40001':
    case '40P01':
      return sqlState === '40001'
        ? new SerializationError('A concurrent transaction changed the same rows first.', options)
        : new DeadlockError('Two transactions waited for each other; PostgreSQL ended this one.', options);
    case '55P03':
      return new LockTimeoutError('A lock was not to be had in time.', options);
    case '57014':
      return new StatementTimeoutError(`The statement ${statement ?? 'without a name'} was ended: ${said}.`, options);
    case '0A000':
    case '26000':
      if (!isStaleStatement(error)) break;
      return new SerializationError(
        'A prepared statement was no longer valid, because the schema had changed.',
        options,
      );
    case '25P02':
      return new TransactionAbortedError(
        'An earlier statement of this transaction failed; PostgreSQL ignores the rest of it.',
        options,
      );
    case '25P03':
    case '25P04':
      return new TransactionTimeoutError(`PostgreSQL ended the transaction: ${said}.`, options);
    case '25006':
      return new ReadOnlyError(`The database at ${location} is read-only here: ${said}.`, options);
    case '3D000':
      return new DatabaseNotFoundError(`PostgreSQL at ${location} says: ${said}.`, {
        ...options,
        hint: 'Check the name in DATABASE_URL, or create the database: `createdb NAME`, or `CREATE DATABASE name` as a user who may.',
      });
    case '53100':
      return new DiskFullError(`The disk of the server at ${location} is full.`, options);
    case '57P01':
    case '57P02':
    case '57P04':
    case '57P05':
      return connectionGone(`PostgreSQL at ${location} closed the connection: ${said}.`, options, place);
    case '57P03':
    case '53300':
    case '53200':
    case '53400':
      return new ConnectionFailedError(`PostgreSQL at ${location} can't serve now: ${said}.`, options);
    case '42501':
      if (error.routine === 'ExecWithCheckOptions')
        return new TenancyViolationError(
          `Row security of ${error.table ?? 'the table'} refused another user's row.`,
          options,
        );
      return new QueryError(`PostgreSQL refused the statement ${statement ?? ''}: ${said}.`, {
        ...options,
        hint: 'Grant the rights it needs to the user in DATABASE_URL, or use another user.',
      });
    default:
  }
  return errorOfClass(error, sqlState, place);
}

function errorOfClass(error: pg.DatabaseError, sqlState: string, place: ErrorPlace): KeelsonError {
  const options: ErrorOptions = { cause: error, details: { sqlState } };
  const about = place.statement === undefined ? '' : ` ${place.statement}`;
  switch (sqlState.slice(0, 2)) {
    case '08':
      return connectionGone(
        `The connection to PostgreSQL at ${place.location} broke: ${error.message}.`,
        options,
        place,
      );
    case '23':
      return new IntegrityError(
        `A rule of the table ${error.table ?? 'unknown'} was violated: ${error.constraint ?? error.message}.`,
        options,
      );
    case '28':
      return misconfigured(
        `PostgreSQL at ${place.location} refused the user: ${error.message}.`,
        'Check user and password in DATABASE_URL.',
        error,
      );
    case 'XX':
      // XX000 is any internal error; only XX001 and XX002 speak of damage.
      if (sqlState === 'XX000') break;
      return new CorruptDatabaseError(`The database at ${place.location} is damaged: ${error.message}.`, {
        ...options,
        hint: 'Stop writing to it, keep a copy of its data folder, and restore the latest backup.',
      });
    case '22':
      // SQLite stores the number, and then it's the column's rule that refuses it.
      if (sqlState === '22003' && place.writes === true) {
        return new CheckViolationError('A number is outside what its column allows.', { cause: error });
      }
      // These messages repeat the value; the cause has it for whoever may see it.
      return new QueryError(`PostgreSQL refused a value in the statement${about} (${sqlState}).`, options);
    default:
  }
  return new QueryError(`PostgreSQL refused the statement${about}: ${error.message} (${sqlState}).`, options);
}

/** Names tables, columns and constraints; never the values, which PostgreSQL's detail repeats. */
function integrityError(error: pg.DatabaseError, sqlState: string): KeelsonError {
  const { table, constraint, column } = error;
  const columns = column === undefined ? keyColumns(error.detail) : [column];
  const details = {
    ...(table === undefined ? {} : { table }),
    ...(columns === undefined ? {} : { columns }),
    ...(constraint === undefined ? {} : { constraint }),
  };
  const options: ErrorOptions = { cause: error, details };
  switch (sqlState) {
    case '23505':
      return new UniqueViolationError(
        `A row with the same ${columns?.join(', ') ?? `values (${constraint})`} exists already.`,
        options,
      );
    case '23502':
      return new NotNullViolationError(`${table}.${column} must have a value.`, options);
    case '23514':
      return new CheckViolationError(`The value breaks the rule ${constraint}.`, options);
    default:
      return new ForeignKeyViolationError(
        'The row refers to one that does not exist, or is still referred to.',
        options,
      );
  }
}

/** `Key (user_id, email)=(…) already exists.` */
function keyColumns(detail: string | undefined): string[] | undefined {
  const columns = /^Key \((.+?)\)=\(/.exec(detail ?? '')?.[1];
  return columns?.split(', ').map((name) => name.replace(/^"(.*)"$/, '$1'));
}

/** What `pg` itself, the socket or TLS says. */
function clientError(error: unknown, place: ErrorPlace): KeelsonError {
  const { location, phase } = place;
  const reason = error instanceof Error ? error : new Error(String(error));
  const code = 'code' in reason && typeof reason.code === 'string' ? reason.code : undefined;
  const options: ErrorOptions = { cause: error };
  if (isTlsFault(reason.message, code)) {
    const hint =
      'Set DATABASE_SSL_CA_FILE to the certificate of the authority that signed the server’s, or `?sslmode=` in DATABASE_URL to what the server offers.';
    return misconfigured(
      `The TLS connection to PostgreSQL at ${location} can't be trusted or made: ${reason.message}.`,
      hint,
      error,
    );
  }
  if (phase === 'connect') {
    if (code === 'ETIMEDOUT' || /timeout/i.test(reason.message)) {
      return new ConnectionTimeoutError(`PostgreSQL at ${location} did not answer in time.`, options);
    }
    if (/password|SASL|SCRAM/.test(reason.message)) {
      return misconfigured(
        `Signing in to PostgreSQL at ${location} failed: ${reason.message}.`,
        'Check user and password in DATABASE_URL.',
        error,
      );
    }
    return new ConnectionFailedError(`PostgreSQL at ${location} can't be reached: ${reason.message || code}.`, options);
  }
  if (code !== undefined || /^(Connection terminated|Client (has encountered|was closed))/.test(reason.message)) {
    return connectionGone(
      `The connection to PostgreSQL at ${location} broke: ${reason.message || code}.`,
      options,
      place,
    );
  }
  return new QueryError(reason.message, options);
}

function connectionGone(message: string, options: ErrorOptions, { phase }: ErrorPlace): KeelsonError {
  if (phase === 'connect') return new ConnectionFailedError(message, options);
  if (phase === 'run') return new ConnectionLostError(message, options);
  return new AmbiguousCommitError(`${message} It was committing: whether the change was kept is not known.`, options);
}

function isTlsFault(message: string, code: string | undefined): boolean {
  if (message.includes('server does not support SSL')) return true;
  return (
    code !== undefined && (/^ERR_(TLS|SSL)_/.test(code) || /CERT|SIGNATURE|SELF_SIGNED/.test(code) || code === 'EPROTO')
  );
}

function misconfigured(message: string, hint: string, cause: unknown): ConfigurationError {
  return new ConfigurationError(message, { cause, hint, details: { issues: [{ name: 'DATABASE_URL', message }] } });
}
