import { accessSync, constants, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { type DatabaseTarget, type PostgresTarget, readDatabaseUrl } from './database-url.ts';
import { type ConfigurationFault, configurationError, quoteGiven, schemaFaults } from './faults.ts';
import { redactUrl } from './redact.ts';
import { readSecretKey, type SecretKeys } from './secret-key.ts';
import { appSettings, type DatabaseSettings, databaseSettings, embedderSettings, settingNames } from './settings.ts';
import { meantName } from './spelling.ts';
import { readEmbedder } from './embedder.ts';
import { readWebhook } from './webhook.ts';
import { isLoopback, type SslConfig } from './ssl.ts';
import type { DatabaseConfig, KeelsonConfig, ReplicaConfig, WebhookConfig } from './types.ts';

/** Variables by name, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

type Values = Record<string, string>;

/** What is written for the known names. An empty value counts as none: `DATABASE_URL=` stands in many `.env` files. */
function writtenValues(env: Environment, names: readonly string[]): Values {
  const values: Values = {};
  for (const name of names) {
    const value = env[name]?.trim();
    if (value !== undefined && value !== '') values[name] = value;
  }
  return values;
}

function misspelled(env: Environment): ConfigurationFault[] {
  const faults: ConfigurationFault[] = [];
  for (const name of Object.keys(env)) {
    if (env[name] === undefined || settingNames.includes(name)) continue;
    const meant = meantName(name, settingNames);
    // Its value isn't repeated: it may be a secret.
    if (meant !== undefined) faults.push({ name, message: `there is no such setting: write ${meant}` });
  }
  return faults;
}

const defaultUrl = 'sqlite:///data/keelson.db';

interface TargetReading {
  readonly target?: DatabaseTarget;
  readonly faults: readonly ConfigurationFault[];
}

function readTarget(values: Values, base: string): TargetReading {
  const { DATABASE_URL: url, DATABASE_TYPE: type } = values;
  if (url === undefined && type === 'postgresql') {
    const message =
      'not set, but DATABASE_TYPE=postgresql needs it: write postgresql://user:password@host:5432/database';
    return { faults: [{ name: 'DATABASE_URL', message }] };
  }
  const reading = readDatabaseUrl(url ?? defaultUrl, base);
  if ('fault' in reading) {
    return {
      faults: [{ name: 'DATABASE_URL', given: quoteGiven(redactUrl(url ?? defaultUrl)), message: reading.fault }],
    };
  }
  const expected = reading.target.engine === 'sqlite' ? 'sqlite' : 'postgresql';
  const disagree = (type === 'sqlite' || type === 'postgresql') && type !== expected;
  if (!disagree) return { target: reading.target, faults: [] };
  const message = `DATABASE_URL names a ${expected === 'sqlite' ? 'SQLite file' : 'PostgreSQL server'}: write ${expected}, or change the URL`;
  return { target: reading.target, faults: [{ name: 'DATABASE_TYPE', given: type, message }] };
}

function unreadable(path: string): string | undefined {
  try {
    accessSync(path, constants.R_OK);
    return statSync(path).isFile() ? undefined : 'name a file, not a folder';
  } catch {
    return 'name a file that exists and that this process may read';
  }
}

function readSsl(
  values: Values,
  target: DatabaseTarget | undefined,
  base: string,
): { ssl: SslConfig; faults: ConfigurationFault[] } {
  const off: SslConfig = { mode: 'disable', caFile: undefined, certFile: undefined, keyFile: undefined };
  if (target?.engine !== 'postgres') return { ssl: off, faults: [] };
  const faults: ConfigurationFault[] = [];
  const file = (name: string): string | undefined => {
    const given = values[name];
    if (given === undefined) return undefined;
    const path = resolve(base, given);
    const message = unreadable(path);
    if (message !== undefined) faults.push({ name, given: quoteGiven(given), message });
    return path;
  };
  const given = databaseSettings.shape.DATABASE_SSL_MODE.safeParse(values['DATABASE_SSL_MODE']).data;
  if (given !== undefined && target.sslMode !== undefined && given !== target.sslMode) {
    faults.push({
      name: 'DATABASE_SSL_MODE',
      given,
      message: `the URL says sslmode=${target.sslMode}: write one of the two`,
    });
  }
  const ssl: SslConfig = {
    mode: given ?? target.sslMode ?? (isLoopback(target.host) ? 'disable' : 'verify-full'),
    caFile: file('DATABASE_SSL_CA_FILE'),
    certFile: file('DATABASE_SSL_CERT_FILE'),
    keyFile: file('DATABASE_SSL_KEY_FILE'),
  };
  if (ssl.keyFile === undefined && ssl.certFile !== undefined)
    faults.push({ name: 'DATABASE_SSL_KEY_FILE', message: 'name the key of DATABASE_SSL_CERT_FILE' });
  if (ssl.certFile === undefined && ssl.keyFile !== undefined)
    faults.push({ name: 'DATABASE_SSL_CERT_FILE', message: 'name the certificate of DATABASE_SSL_KEY_FILE' });
  const hasFiles = ssl.caFile !== undefined || ssl.certFile !== undefined || ssl.keyFile !== undefined;
  if (hasFiles && ssl.mode === 'disable') {
    faults.push({
      name: 'DATABASE_SSL_MODE',
      message: 'certificates are given but the connection is not encrypted: write verify-full',
    });
  }
  return { ssl, faults };
}

const HOUR_MS = 3_600_000;
const MIB = 1_048_576;

/** Other programs run beside it on the machine of somebody who develops. */
const cacheBytes = {
  production: { hot: 512 * MIB, warm: 2048 * MIB },
  elsewhere: { hot: 32 * MIB, warm: 64 * MIB },
};

function redisFault(url: string | undefined): ConfigurationFault[] {
  if (url === undefined || (URL.canParse(url) && /^rediss?:$/.test(new URL(url).protocol))) return [];
  const message = 'write redis://user:password@host:6379/0, or rediss://… with TLS';
  return [{ name: 'CACHE_REDIS_URL', given: quoteGiven(redactUrl(url)), message }];
}

interface ReplicasReading {
  readonly replicas: readonly ReplicaConfig[];
  readonly faults: readonly ConfigurationFault[];
}

function readReplicas(values: Values, target: DatabaseTarget | undefined, base: string): ReplicasReading {
  const name = 'DATABASE_READ_URL';
  const written = values[name];
  if (written === undefined || target === undefined) return { replicas: [], faults: [] };
  if (target.engine === 'sqlite')
    return { replicas: [], faults: [{ name, message: 'leave it out: a SQLite file has no replicas' }] };
  const replicas: ReplicaConfig[] = [];
  const faults: ConfigurationFault[] = [];
  for (const url of written.split(',').map((each) => each.trim())) {
    const reading = readDatabaseUrl(url, base);
    const message = 'fault' in reading ? reading.fault : replicaFault(reading.target, target, values, replicas);
    if (message !== undefined) faults.push({ name, given: quoteGiven(redactUrl(url)), message });
    else if ('target' in reading && reading.target.engine === 'postgres')
      replicas.push({ target: reading.target, ssl: readSsl(values, reading.target, base).ssl });
  }
  return { replicas, faults };
}

function replicaFault(
  replica: DatabaseTarget,
  primary: PostgresTarget,
  values: Values,
  others: readonly ReplicaConfig[],
): string | undefined {
  if (replica.engine === 'sqlite') return 'write postgresql://user:password@host:5432/database';
  if (replica.database !== primary.database)
    return `name the same database as DATABASE_URL, ${JSON.stringify(primary.database)}: a replica has them all`;
  if (replica.location === primary.location) return 'name a replica, not the server of DATABASE_URL';
  if (others.some(({ target }) => target.location === replica.location)) return 'name each replica once';
  const mode = values['DATABASE_SSL_MODE'];
  if (mode !== undefined && replica.sslMode !== undefined && replica.sslMode !== mode)
    return `DATABASE_SSL_MODE says ${mode}: write one of the two`;
  return undefined;
}

/** What was given is never repeated: it may be the key with a letter missing. */
function readSecretKeys(values: Values): { keys?: SecretKeys; faults: ConfigurationFault[] } {
  const { KEELSON_SECRET_KEY: given, KEELSON_SECRET_KEY_PREVIOUS: before } = values;
  const faults: ConfigurationFault[] = [];
  const read = (name: string, text: string | undefined) => {
    const key = text === undefined ? undefined : readSecretKey(text);
    if (text !== undefined && key === undefined)
      faults.push({ name, message: 'write 32 bytes in base64 or hexadecimal: `openssl rand -base64 32` makes them' });
    return key;
  };
  const current = read('KEELSON_SECRET_KEY', given);
  const previous = read('KEELSON_SECRET_KEY_PREVIOUS', before);
  if (before !== undefined && given === undefined)
    faults.push({ name: 'KEELSON_SECRET_KEY', message: 'not set, but KEELSON_SECRET_KEY_PREVIOUS needs it' });
  return { ...(current === undefined ? {} : { keys: { current, previous } }), faults };
}

/** What takes more than a schema to read. */
interface ReadParts {
  readonly target: DatabaseTarget;
  readonly ssl: SslConfig;
  readonly replicas: readonly ReplicaConfig[];
  readonly secretKeys: SecretKeys | undefined;
  readonly webhook: WebhookConfig | undefined;
  readonly isProduction: boolean;
  readonly base: string;
}

function backupFolder(target: DatabaseTarget): string {
  return target.engine === 'sqlite' ? join(dirname(target.path), 'backups') : 'data/backups';
}

function inShape(
  settings: DatabaseSettings,
  { target, ssl, replicas, secretKeys, webhook, isProduction, base }: ReadParts,
): DatabaseConfig {
  const { hot, warm } = isProduction ? cacheBytes.production : cacheBytes.elsewhere;
  return {
    target,
    ssl,
    timeoutMs: settings.DATABASE_TIMEOUT,
    statementTimeoutMs: settings.DATABASE_STATEMENT_TIMEOUT,
    transactionTimeoutMs: settings.DATABASE_TRANSACTION_TIMEOUT,
    synchronous: settings.DATABASE_SYNCHRONOUS,
    preparedStatements: settings.DATABASE_PREPARED_STATEMENTS,
    rowSecurity: settings.DATABASE_ROW_SECURITY,
    echo: settings.DATABASE_ECHO,
    slowQueryMs: settings.DATABASE_SLOW_QUERY_MS,
    pool: {
      size: settings.DATABASE_POOL_SIZE,
      maxOverflow: settings.DATABASE_MAX_OVERFLOW,
      timeoutMs: settings.DATABASE_POOL_TIMEOUT,
      recycleMs: settings.DATABASE_POOL_RECYCLE,
      idleTimeoutMs: settings.DATABASE_IDLE_TIMEOUT,
    },
    read: { replicas, maxLagMs: settings.DATABASE_READ_MAX_LAG_MS },
    initRetry: { count: settings.DATABASE_INIT_RETRY_COUNT, delayMs: settings.DATABASE_INIT_RETRY_DELAY_MS },
    breaker: { threshold: settings.DATABASE_BREAKER_THRESHOLD, halfOpenAfterMs: settings.DATABASE_BREAKER_RESET },
    migrations: {
      autoUpgrade: settings.MIGRATION_AUTO_UPGRADE,
      backupBeforeUpgrade: settings.MIGRATION_BACKUP_BEFORE_UPGRADE,
    },
    ...(secretKeys === undefined ? {} : { secretKeys }),
    cache: {
      hotBytes: settings.CACHE_HOT_BYTES ?? hot,
      warmBytes: settings.CACHE_WARM_BYTES ?? warm,
      redisUrl: settings.CACHE_REDIS_URL,
    },
    changes: {
      keepMs: settings.CHANGES_RETENTION_HOURS * HOUR_MS,
      keepRows: settings.CHANGES_RETENTION_ROWS,
    },
    jobs: { keepMs: settings.JOBS_RETENTION_DAYS * 24 * HOUR_MS },
    retention: {
      archiveMs: settings.RETENTION_ARCHIVE_DAYS * 24 * HOUR_MS,
      coldMs: settings.RETENTION_COLD_DAYS * 24 * HOUR_MS,
      archivedMs: settings.RETENTION_ARCHIVED_DAYS * 24 * HOUR_MS,
      closedMs: settings.RETENTION_CLOSED_DAYS * 24 * HOUR_MS,
      deletedMs: settings.RETENTION_DELETED_DAYS * 24 * HOUR_MS,
      logsMs: settings.RETENTION_LOG_DAYS * 24 * HOUR_MS,
      logRows: settings.RETENTION_LOG_ROWS,
    },
    backups: {
      folder: resolve(base, settings.BACKUP_FOLDER ?? backupFolder(target)),
      keepMs: settings.BACKUP_RETENTION_DAYS * 24 * HOUR_MS,
    },
    alerts: {
      webhook,
      everyMs: settings.ALERT_INTERVAL,
      backupAgeMs: settings.ALERT_BACKUP_HOURS * HOUR_MS,
      diskFreePercent: settings.ALERT_DISK_FREE_PERCENT,
      feedLagMs: settings.ALERT_FEED_LAG,
      poolFailures: settings.ALERT_POOL_FAILURES,
      connectionErrors: settings.ALERT_CONNECTION_ERRORS,
      statementTimeouts: settings.ALERT_STATEMENT_TIMEOUTS,
      readinessDays: settings.ALERT_READINESS_DAYS,
    },
  };
}

/** Whoever asks for a wall must not go without one unawares. */
function rowSecurityFaults(
  settings: DatabaseSettings | undefined,
  target: DatabaseTarget | undefined,
): ConfigurationFault[] {
  if (settings?.DATABASE_ROW_SECURITY !== true || target?.engine !== 'sqlite') return [];
  const message = 'SQLite has no row security: write false, or use PostgreSQL';
  return [{ name: 'DATABASE_ROW_SECURITY', given: 'true', message }];
}

type Reading<T> =
  | { readonly config: T; readonly faults?: never }
  | { readonly config?: never; readonly faults: readonly ConfigurationFault[] };

function readDatabaseConfig(env: Environment, base: string): Reading<DatabaseConfig> {
  const values = writtenValues(env, Object.keys(databaseSettings.shape));
  const settings = databaseSettings.safeParse(values);
  const { target, faults: targetFaults } = readTarget(values, base);
  const { ssl, faults: sslFaults } = readSsl(values, target, base);
  const { replicas, faults: replicaFaults } = readReplicas(values, target, base);
  const { keys: secretKeys, faults: keyFaults } = readSecretKeys(values);
  const { webhook, faults: webhookFaults } = readWebhook(values, settings.data?.ALERT_WEBHOOK_TIMEOUT);
  const faults = [
    ...(settings.success ? [] : schemaFaults(settings.error, values)),
    ...targetFaults,
    ...sslFaults,
    ...replicaFaults,
    ...rowSecurityFaults(settings.data, target),
    ...keyFaults,
    ...webhookFaults,
    ...redisFault(values['CACHE_REDIS_URL']),
  ];
  if (!settings.success || target === undefined || faults.length > 0) return { faults };
  const isProduction = env['KEELSON_ENVIRONMENT']?.trim() === 'production';
  return { config: inShape(settings.data, { target, ssl, replicas, secretKeys, webhook, isProduction, base }) };
}

interface LoadOptions {
  /** The working folder: where relative paths start unless KEELSON_HOME is set. */
  readonly cwd?: string;
}

function homeOf(env: Environment, { cwd = process.cwd() }: LoadOptions): string {
  return resolve(cwd, env['KEELSON_HOME']?.trim() ?? '');
}

/**
 * The whole configuration, from variables such as `readEnvironment()` gives.
 *
 * @throws ConfigurationError, one for all faults; `details.issues` has them one by one. No secret is repeated in it.
 * @example
 * ```ts
 * const config = loadConfig({ DATABASE_URL: 'postgresql://ada:secret@localhost/shop', DATABASE_TIMEOUT: '5' });
 * config.database.timeoutMs; // 5000
 * ```
 */
export function loadConfig(env: Environment, options: LoadOptions = {}): KeelsonConfig {
  const base = homeOf(env, options);
  const values = writtenValues(env, Object.keys(appSettings.shape));
  const app = appSettings.safeParse(values);
  const { config: database, faults: databaseFaults = [] } = readDatabaseConfig(env, base);
  const embedder = readEmbedder(writtenValues(env, Object.keys(embedderSettings.shape)));
  const faults = [
    ...misspelled(env),
    ...databaseFaults,
    ...embedder.faults,
    ...(app.success ? [] : schemaFaults(app.error, values)),
  ];
  if (!app.success || database === undefined || faults.length > 0) throw configurationError(faults);
  return {
    environment: app.data.KEELSON_ENVIRONMENT,
    home: base,
    database,
    http: {
      host: app.data.KEELSON_HTTP_HOST ?? '127.0.0.1',
      port: app.data.KEELSON_HTTP_PORT,
      bodyLimitBytes: app.data.KEELSON_HTTP_BODY_LIMIT,
      requestsPerMinute: app.data.KEELSON_HTTP_RATE_LIMIT,
      workerSlots: app.data.KEELSON_API_WORKER_SLOTS,
      metricsToken: app.data.KEELSON_METRICS_TOKEN,
    },
    logs: { databaseLevel: app.data.KEELSON_LOG_DATABASE_LEVEL },
    embedder: embedder.config,
  };
}

interface LoadDatabaseOptions extends LoadOptions {
  /** Goes before DATABASE_URL, and before DATABASE_TYPE and DATABASE_READ_URL, which may speak of another database. */
  readonly url?: string;
  /** Goes before DATABASE_READ_URL. */
  readonly readUrl?: string;
  readonly env?: Environment;
}

/**
 * The part of the configuration that a database needs, for programs that use the packages without the apps.
 *
 * @throws ConfigurationError, one for all faults.
 */
export function loadDatabaseConfig({
  url,
  readUrl,
  env = process.env,
  ...options
}: LoadDatabaseOptions = {}): DatabaseConfig {
  const effective = {
    ...env,
    ...(url === undefined ? {} : { DATABASE_URL: url, DATABASE_TYPE: undefined, DATABASE_READ_URL: undefined }),
    ...(readUrl === undefined ? {} : { DATABASE_READ_URL: readUrl }),
  };
  const { config, faults = [] } = readDatabaseConfig(effective, homeOf(env, options));
  const all = [...misspelled(effective), ...faults];
  if (config === undefined || all.length > 0) throw configurationError(all);
  return config;
}
