import { readFileSync } from 'node:fs';
import { checkServerIdentity, type ConnectionOptions } from 'node:tls';
import type { ClientConfig } from 'pg';
import { parseDatabaseUrl, type PostgresTarget } from '../../config/database-url.ts';
import { isLoopback, type SslConfig } from '../../config/ssl.ts';
import { ConfigurationError } from '../../errors/index.ts';
import type { EngineWait } from '../contract.ts';
import { typeParsers } from './codecs.ts';

/** Times are in milliseconds; 0 means no limit, except for the time to wait. */
export interface PostgresEngineOptions {
  /** `postgresql://user:password@host:port/database`. */
  readonly url: string;
  /** Connections that stay open while they are used now and then. Default 5. */
  readonly poolSize?: number | undefined;
  /** Connections beyond these in times of need. Default 10. */
  readonly maxOverflow?: number | undefined;
  /** How long a statement waits for a connection. Default 30 s. */
  readonly poolTimeoutMs?: number | undefined;
  /** How long connecting may take. Default 10 s. */
  readonly connectTimeoutMs?: number | undefined;
  /** Default 10 s. */
  readonly statementTimeoutMs?: number | undefined;
  /** How long a connection may lie unused before it is closed. Default 5 minutes. */
  readonly idleTimeoutMs?: number | undefined;
  /** How long a transaction may wait for its program. Default 60 s. */
  readonly idleInTransactionTimeoutMs?: number | undefined;
  /** A connection that has lived this long is replaced. Default 30 minutes. */
  readonly recycleMs?: number | undefined;
  /** Off for poolers that can't keep them. Default true. */
  readonly preparedStatements?: boolean | undefined;
  /** Run users' statements as a role that row security holds for. Default false. */
  readonly rowSecurity?: boolean | undefined;
  /** Schemas to look for tables in, the first of which is worked in. Default: as the server has it for this user. */
  readonly searchPath?: readonly string[] | undefined;
  /** Prepared statements that a connection keeps. Default 256. */
  readonly statementCacheSize?: number | undefined;
  /** Default: as the URL's `sslmode` says; without one `verify-full`, but `disable` on this machine. */
  readonly ssl?: SslConfig | undefined;
  /** What the server's lists of sessions and locks call this program. Default `keelson`. */
  readonly applicationName?: string | undefined;
  /** How long `close` waits for what is running. Default 10 s. */
  readonly closeTimeoutMs?: number | undefined;
  /** Told of connections that broke, also of unused ones. */
  readonly onConnectionError?: ((error: Error) => void) | undefined;
  /** Told how long each wait for a connection took. */
  readonly onWait?: ((wait: EngineWait) => void) | undefined;
}

/** The options with every default filled in, and the URL taken apart. */
export interface PostgresSettings {
  readonly target: PostgresTarget;
  readonly poolSize: number;
  readonly maxOverflow: number;
  readonly poolTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly idleInTransactionTimeoutMs: number;
  readonly recycleMs: number;
  readonly preparedStatements: boolean;
  readonly rowSecurity: boolean;
  readonly statementCacheSize: number;
  readonly closeTimeoutMs: number;
  readonly client: ClientConfig;
  readonly onConnectionError: (error: Error) => void;
  readonly onWait: (wait: EngineWait) => void;
}

export function resolveOptions(options: PostgresEngineOptions): PostgresSettings {
  const target = parseDatabaseUrl(options.url);
  if (target.engine !== 'postgres')
    throw new ConfigurationError('The PostgreSQL engine needs a URL that begins with postgresql://.');
  const connectTimeoutMs = options.connectTimeoutMs ?? 10_000;
  return {
    target,
    poolSize: options.poolSize ?? 5,
    maxOverflow: options.maxOverflow ?? 10,
    poolTimeoutMs: options.poolTimeoutMs ?? 30_000,
    connectTimeoutMs,
    statementTimeoutMs: options.statementTimeoutMs ?? 10_000,
    idleTimeoutMs: options.idleTimeoutMs ?? 300_000,
    idleInTransactionTimeoutMs: options.idleInTransactionTimeoutMs ?? 60_000,
    recycleMs: options.recycleMs ?? 1_800_000,
    preparedStatements: options.preparedStatements ?? true,
    rowSecurity: options.rowSecurity ?? false,
    statementCacheSize: options.statementCacheSize ?? 256,
    closeTimeoutMs: options.closeTimeoutMs ?? 10_000,
    client: {
      host: target.host,
      port: target.port,
      database: target.database,
      user: target.user,
      password: target.password,
      ssl: tlsOptions(target, options.ssl),
      application_name: options.applicationName ?? 'keelson',
      connectionTimeoutMillis: connectTimeoutMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: 30_000,
      types: typeParsers,
      ...(options.searchPath === undefined ? {} : { options: searchPathOption(options.searchPath) }),
    },
    onConnectionError: options.onConnectionError ?? (() => undefined),
    onWait: options.onWait ?? (() => undefined),
  };
}

/** As the server's command line takes it: a space or a backslash in a name is written with a backslash. */
function searchPathOption(schemas: readonly string[]): string {
  const names = schemas.map((name) => `"${name.replaceAll('"', '""')}"`).join(',');
  return `-c search_path=${names.replaceAll(/[\\ ]/g, (character) => `\\${character}`)}`;
}

function tlsOptions(target: PostgresTarget, ssl: SslConfig | undefined): ConnectionOptions | false {
  const mode = ssl?.mode ?? target.sslMode ?? (isLoopback(target.host) ? 'disable' : 'verify-full');
  if (mode === 'disable') return false;
  const files = {
    ...(ssl?.caFile === undefined ? {} : { ca: readFileSync(ssl.caFile) }),
    ...(ssl?.certFile === undefined ? {} : { cert: readFileSync(ssl.certFile) }),
    ...(ssl?.keyFile === undefined ? {} : { key: readFileSync(ssl.keyFile) }),
  };
  if (mode === 'require') return { ...files, rejectUnauthorized: false };
  if (mode === 'verify-ca') return { ...files, rejectUnauthorized: true, checkServerIdentity: () => undefined };
  // Node compares with `servername`, which can't be an address; certificates can name addresses.
  return {
    ...files,
    rejectUnauthorized: true,
    checkServerIdentity: (_, certificate) => checkServerIdentity(target.host, certificate),
  };
}

/** Sent on each new connection. The parsers rely on the first four; the limits are the server's half of the timeouts. */
export function sessionSetup(settings: PostgresSettings): string {
  return [
    `set datestyle to 'ISO, YMD'`,
    `set timezone to 'UTC'`,
    `set bytea_output to 'hex'`,
    `set extra_float_digits to 1`,
    `set statement_timeout to ${settings.statementTimeoutMs}`,
    `set idle_in_transaction_session_timeout to ${settings.idleInTransactionTimeoutMs}`,
    `set client_min_messages to warning`,
    // "$user" would mean another schema as soon as a statement runs as another role.
    ...(settings.rowSecurity
      ? [
          `select set_config('search_path', (select string_agg(quote_ident(s), ', ') from unnest(current_schemas(false)) s), false)`,
        ]
      : []),
    // A statement whose client has gone would run on, with its locks, up to the time limit. Windows has no means to notice.
    `select set_config('client_connection_check_interval', '1000', false) where version() !~* 'visual c|mingw|windows'`,
  ].join('; ');
}
