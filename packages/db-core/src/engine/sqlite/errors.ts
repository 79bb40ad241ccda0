import Database from 'better-sqlite3';
import {
  CheckViolationError,
  ConnectionFailedError,
  CorruptDatabaseError,
  DiskFullError,
  ForeignKeyViolationError,
  ImmutableRowError,
  KeelsonError,
  LockTimeoutError,
  NotADatabaseError,
  NotNullViolationError,
  QueryError,
  ReadOnlyError,
  StatementTimeoutError,
  UniqueViolationError,
  UnwritableDatabaseError,
} from '../../errors/index.ts';
import { IMMUTABLE_ROW_MARK } from '../marks.ts';

/** The types of better-sqlite3 give the class where its instance is meant. */
type SqliteError = InstanceType<typeof Database.SqliteError>;

/** Is another connection holding the lock that this statement needs? */
export function isBusy(error: unknown): boolean {
  return (
    error instanceof Database.SqliteError &&
    (error.code.startsWith('SQLITE_BUSY') || error.code.startsWith('SQLITE_LOCKED'))
  );
}

/** Says what a driver's error means in the catalogue's words; its own errors pass through. */
export function mapSqliteError(error: unknown, path: string): KeelsonError {
  if (error instanceof KeelsonError) return error;
  if (!(error instanceof Database.SqliteError)) {
    return new QueryError(error instanceof Error ? error.message : String(error), { cause: error });
  }
  const { code, message } = error;
  const options = { cause: error, details: { sqliteCode: code } };
  if (code.startsWith('SQLITE_CONSTRAINT')) return constraintError(error);
  if (isBusy(error)) return new LockTimeoutError(`The database ${path} is locked by another process.`, options);
  if (code === 'SQLITE_FULL') return new DiskFullError(`There is no space left for ${path}.`, options);
  if (code === 'SQLITE_NOTADB') return new NotADatabaseError(`${path} is not a SQLite database.`, options);
  if (code.startsWith('SQLITE_CORRUPT')) return new CorruptDatabaseError(`${path} is damaged: ${message}.`, options);
  if (code.startsWith('SQLITE_READONLY')) return new ReadOnlyError(`${path} can't be written: ${message}.`, options);
  if (code === 'SQLITE_PERM' || code === 'SQLITE_AUTH')
    return new UnwritableDatabaseError(`${path}: ${message}.`, options);
  if (code === 'SQLITE_INTERRUPT')
    return new StatementTimeoutError(`A statement was interrupted: ${message}.`, options);
  if (code.startsWith('SQLITE_CANTOPEN')) {
    return new UnwritableDatabaseError(`${path} can't be opened: ${message} (${code}).`, options);
  }
  if (code.startsWith('SQLITE_IOERR')) {
    const hint = 'Look at the disk that holds the file: its health, its free space, and the limits of this user.';
    return new ConnectionFailedError(`${path} can't be read or written: ${message} (${code}).`, { ...options, hint });
  }
  return new QueryError(message, options);
}

/** SQLite's messages read `UNIQUE constraint failed: table.a, table.b`; the names go into the details. */
function constraintError(error: SqliteError): KeelsonError {
  const names = error.message.slice(error.message.indexOf(':') + 1).trim();
  const columns = names.split(', ').map((name) => name.slice(name.indexOf('.') + 1));
  const table = names.includes('.') ? names.slice(0, names.indexOf('.')) : undefined;
  const place = table === undefined ? {} : { table, columns };
  switch (error.code) {
    case 'SQLITE_CONSTRAINT_UNIQUE':
    case 'SQLITE_CONSTRAINT_PRIMARYKEY':
    case 'SQLITE_CONSTRAINT_ROWID':
      return new UniqueViolationError(`A row with the same ${columns.join(', ')} exists already.`, {
        cause: error,
        details: place,
      });
    case 'SQLITE_CONSTRAINT_NOTNULL':
      return new NotNullViolationError(`${names} must have a value.`, { cause: error, details: place });
    case 'SQLITE_CONSTRAINT_FOREIGNKEY':
      return new ForeignKeyViolationError('The row refers to one that does not exist, or is still referred to.', {
        cause: error,
      });
    case 'SQLITE_CONSTRAINT_CHECK':
      return new CheckViolationError(`The value breaks the rule ${names}.`, {
        cause: error,
        details: { constraint: names },
      });
    default:
      if (error.message.startsWith(IMMUTABLE_ROW_MARK)) return new ImmutableRowError(error.message, { cause: error });
      return new QueryError(error.message, { cause: error });
  }
}
