import type { PostgresTarget, UrlReading } from './database-url.ts';
import { type SslMode, sslModes } from './ssl.ts';

const form = 'postgresql://user:password@host:5432/database';
const encoding = 'characters such as % / ? # @ : in user, password or database as %25 %2F %3F %23 %40 %3A';

/** Parameters that other programs take in the URL, and what says the same here. */
const elsewhere = new Map([
  ['connect_timeout', 'DATABASE_TIMEOUT'],
  ['statement_timeout', 'DATABASE_STATEMENT_TIMEOUT'],
  ['pool_size', 'DATABASE_POOL_SIZE'],
  ['sslrootcert', 'DATABASE_SSL_CA_FILE'],
  ['sslcert', 'DATABASE_SSL_CERT_FILE'],
  ['sslkey', 'DATABASE_SSL_KEY_FILE'],
]);

function isSslMode(text: string): text is SslMode {
  return (sslModes as readonly string[]).includes(text);
}

function parameterFault(parameters: URLSearchParams): string | undefined {
  for (const [name, value] of parameters) {
    if (name === 'sslmode') {
      if (!isSslMode(value)) return `write sslmode=${sslModes.join(', sslmode=').replace(/, (?=[^,]*$)/, ' or ')}`;
    } else if (name === 'host') {
      if (!value.startsWith('/'))
        return 'the parameter host is for the folder of a Unix socket, such as host=/run/postgresql; write other hosts after the @';
    } else {
      const setting = elsewhere.get(name);
      return setting === undefined
        ? 'leave out the parameters other than sslmode and host'
        : `leave out ${name} and set ${setting}`;
    }
  }
  return undefined;
}

/** Reads `postgresql://…`, or says what to write instead; never repeats any part that could be a password. */
export function readPostgresUrl(url: string): UrlReading {
  // The parser silently drops tabs and line ends.
  if (/[\s\p{Cc}]/u.test(url)) return { fault: 'leave out spaces and control characters, or write a space as %20' };
  const parsed = /^\w+:\/{2,3}(?!\/)/.test(url) && URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined) return { fault: `write ${form}, with ${encoding}` };
  if (parsed.hash !== '') return { fault: `write ${encoding}` };
  let user: string;
  let password: string;
  let database: string;
  try {
    user = decodeURIComponent(parsed.username);
    password = decodeURIComponent(parsed.password);
    database = decodeURIComponent(parsed.pathname.slice(1));
  } catch {
    return { fault: `write ${encoding}` };
  }
  const fault = parameterFault(parsed.searchParams);
  if (fault !== undefined) return { fault };
  if (database === '') return { fault: `name the database: ${form}` };
  if (parsed.pathname.slice(1).includes('/')) return { fault: `name one database after the host, with ${encoding}` };
  if ([user, password, database].some((part) => part.includes('\0'))) return { fault: 'leave out the NUL character' };
  const socket = parsed.searchParams.get('host');
  const host = socket ?? decodeURIComponent(parsed.hostname).replace(/^\[(.*)\]$/, '$1');
  if (host === '') return { fault: `name the host: ${form}` };
  const port = parsed.port === '' ? 5432 : Number(parsed.port);
  if (port === 0) return { fault: 'write a port from 1 to 65535' };
  const sslMode = parsed.searchParams.get('sslmode');
  const shownHost = host.includes(':') ? `[${host}]` : host;
  const target: PostgresTarget = {
    engine: 'postgres',
    url,
    host,
    port,
    database,
    user: user === '' ? undefined : user,
    password: password === '' ? undefined : password,
    sslMode: sslMode !== null && isSslMode(sslMode) ? sslMode : undefined,
    location: `${shownHost}:${port}/${database}`,
  };
  return { target };
}

interface PostgresUrlParts {
  readonly host: string;
  readonly port?: number;
  readonly database: string;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly sslMode?: SslMode | undefined;
}

/**
 * The URL of a PostgreSQL database, with everything encoded that has to be.
 *
 * @example
 * ```ts
 * postgresUrl({ host: 'db.example.com', database: 'shop', user: 'ada', password: 'p@ss' });
 * // 'postgresql://ada:p%40ss@db.example.com:5432/shop'
 * ```
 */
export function postgresUrl({ host, port = 5432, database, user, password, sslMode }: PostgresUrlParts): string {
  const isSocket = host.startsWith('/');
  const secret = password === undefined ? '' : `:${encodeURIComponent(password)}`;
  const account = user === undefined && password === undefined ? '' : `${encodeURIComponent(user ?? '')}${secret}@`;
  const parameters = new URLSearchParams();
  if (isSocket) parameters.set('host', host);
  if (sslMode !== undefined) parameters.set('sslmode', sslMode);
  const query = parameters.size === 0 ? '' : `?${parameters.toString()}`;
  // A host must be there for the parser to take a user or a port; for a socket the parameter replaces it.
  const shownHost = isSocket ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `postgresql://${account}${shownHost}:${port}/${encodeURIComponent(database)}${query}`;
}
