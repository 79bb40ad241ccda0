import { isAbsolute, resolve, sep } from 'node:path';
import process from 'node:process';
import { type ConfigurationFault, configurationError, quoteGiven } from './faults.ts';
import { readPostgresUrl } from './postgres-url.ts';
import { redactUrl } from './redact.ts';
import type { SslMode } from './ssl.ts';

interface SqliteTarget {
  readonly engine: 'sqlite';
  /** Absolute. */
  readonly path: string;
  /** As it was given. */
  readonly url: string;
}

export interface PostgresTarget {
  readonly engine: 'postgres';
  /** As it was given, password included: not for messages. `location` is. */
  readonly url: string;
  /** A name or an address, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** Without one, the driver takes PGUSER or the name of the process's user. */
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** From the URL's `sslmode`. */
  readonly sslMode: SslMode | undefined;
  /** `host:port/database`, safe to show. */
  readonly location: string;
}

/** Where the database is, read from its URL. */
export type DatabaseTarget = SqliteTarget | PostgresTarget;

export type UrlReading = { readonly target: DatabaseTarget } | { readonly fault: string };

const forms = 'sqlite:///relative.db, sqlite:////absolute.db or postgresql://user:password@host:5432/database';

/**
 * The URL of a SQLite file.
 *
 * @example
 * ```ts
 * sqliteUrl('/srv/app/data.db'); // 'sqlite:////srv/app/data.db'
 * ```
 */
export function sqliteUrl(path: string): string {
  const withSlashes = sep === '\\' ? path.replaceAll('\\', '/') : path;
  // Only what would end or change the path is written as %XX, so that common URLs stay readable.
  return `sqlite:///${withSlashes.replaceAll(/[%?#]/g, encodeURIComponent)}`;
}

function readSqlitePath(written: string, url: string, base: string): UrlReading {
  if (/[?#]/.test(written))
    return { fault: 'leave out the parameters, or write ? as %3F and # as %23 where they belong to the path' };
  let path: string;
  try {
    path = decodeURIComponent(written);
  } catch {
    return { fault: 'write a percent sign in the path as %25' };
  }
  if (path === '') return { fault: 'name a file, such as sqlite:///data/keelson.db' };
  if (path.includes(':memory:')) return memoryFault;
  if (path.includes('\0')) return { fault: 'leave out the NUL character' };
  if (/[/\\]$/.test(path) || /(?:^|[/\\])\.{1,2}$/.test(path))
    return { fault: `name a file in that folder, such as sqlite:///${written.replace(/\/$/, '')}/keelson.db` };
  if (path.startsWith('~'))
    return { fault: 'write the whole path instead of ~, such as sqlite:////home/ada/keelson.db' };
  return { target: { engine: 'sqlite', path: isAbsolute(path) ? path : resolve(base, path), url } };
}

const memoryFault = {
  fault:
    'Keelson keeps several connections open, and a database in memory has only one: name a file, such as sqlite:///data/keelson.db, in a temporary folder for tests',
};

/** Reads a database URL, or says what to write instead. Relative paths start at `base`. */
export function readDatabaseUrl(url: string, base: string): UrlReading {
  if (url.includes(':memory:')) return memoryFault;
  // What stands before the colon is matched loosely, so that sqlite+aiosqlite and the like get a fitting answer.
  const written = /^([a-z][a-z0-9]*)(\+[a-z0-9_]+)?:(\/*)(.*)$/is.exec(url);
  const [, scheme = '', driver = '', slashes = '', rest = ''] = written ?? [];
  const kind = scheme.toLowerCase();
  // With an @ in it, it may be a password that is in the wrong place: not to be repeated.
  const example = rest === '' || rest.includes('@') ? 'data/keelson.db' : rest;
  switch (kind) {
    case 'sqlite':
    case 'sqlite3':
      if (driver !== '' || kind === 'sqlite3') return { fault: `write sqlite: instead of ${scheme}${driver}:` };
      if (slashes.length === 3 || slashes.length === 4) return readSqlitePath(`${slashes.slice(3)}${rest}`, url, base);
      return {
        fault: `write three slashes before a relative path, sqlite:///${example}, and four before an absolute one, sqlite:////${example}`,
      };
    case 'postgresql':
    case 'postgres':
      if (driver !== '') return { fault: `write ${kind}:// instead of ${scheme}${driver}://` };
      return readPostgresUrl(url);
    case 'file':
      return { fault: `write sqlite:////${example}` };
    default:
      // A drive letter is no scheme.
      if (slashes.length > 1 && kind.length > 1) return { fault: `use SQLite or PostgreSQL: ${forms}` };
      if (url === '') return { fault: `write ${forms}` };
      if (url.includes('@')) return { fault: 'write postgresql:// in front of it' };
      return { fault: `a path alone is not a URL: write ${sqliteUrl(url)}` };
  }
}

/**
 * Reads a database URL.
 *
 * @param options.base where relative paths start; by default the working folder.
 * @throws ConfigurationError that says what to write, never with the password.
 * @example
 * ```ts
 * parseDatabaseUrl('sqlite:////srv/data.db'); // { engine: 'sqlite', path: '/srv/data.db', url: … }
 * parseDatabaseUrl('postgresql://ada:secret@db.example.com/shop'); // { engine: 'postgres', host: 'db.example.com', port: 5432, … }
 * ```
 */
export function parseDatabaseUrl(url: string, options: { readonly base?: string } = {}): DatabaseTarget {
  const reading = readDatabaseUrl(url, options.base ?? process.cwd());
  if ('target' in reading) return reading.target;
  const fault: ConfigurationFault = { name: 'DATABASE_URL', given: quoteGiven(redactUrl(url)), message: reading.fault };
  throw configurationError([fault]);
}
