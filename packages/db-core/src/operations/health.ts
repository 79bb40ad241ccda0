import type { DatabaseConfig, DatabaseTarget } from '../config/index.ts';
import { type Database, inspectReplicas } from '../database/database.ts';
import type { EngineInfo, EngineKind, RowSecurity } from '../engine/contract.ts';
import { asKeelsonError, ConnectionTimeoutError, type KeelsonError, SchemaValidationError } from '../errors/index.ts';
import { type BreakerState, withDeadline } from '../resilience/index.ts';
import type { MigrationStatus } from '../schema/status.ts';
import { readIdentity } from '../platform/identity.ts';
import { readFiring } from './alerts/alerts.ts';
import { alertsCheck, type AlertsCheck } from './alerts-check.ts';
import { BackupHistory } from './backup/history.ts';
import { backupsCheck, type BackupsCheck } from './backups-check.ts';
import { replicasCheck, type ReplicasCheck } from './replicas-check.ts';
import { rowSecurityOf } from './row-security.ts';
import type { VectorCapabilities } from '../vectors/contract.ts';
import { vectorCapabilities } from '../vectors/index-building.ts';

/** `degraded`: nothing is lost and it can be reached, but something waits to be done. `unhealthy`: it can't be used. */
export type HealthStatus = 'healthy' | 'degraded' | 'unhealthy';

/** What was looked at, in words; `code` and `hint` are there when it isn't healthy. */
export interface HealthCheck {
  readonly status: HealthStatus;
  readonly message: string;
  readonly code?: string;
  readonly hint?: string;
}

export interface ConnectionCheck extends HealthCheck {
  readonly engine: EngineKind;
  /** Without credentials. */
  readonly location: string;
  /** Null when it can't be reached. */
  readonly version: string | null;
  /** How long connecting, if need be, and one question took. */
  readonly latencyMs: number;
}

export interface MigrationsCheck extends HealthCheck {
  readonly current: string | null;
  readonly pending: readonly string[];
  readonly drifted: readonly string[];
  readonly newer: readonly string[];
  readonly unfinished: readonly string[];
}

export interface SchemaCheck extends HealthCheck {
  /** What is missing or different. */
  readonly differences: readonly string[];
}

export interface PoolCheck extends HealthCheck {
  readonly size: number;
  readonly inUse: number;
  readonly idle: number;
  readonly waiting: number;
  /** As many connections as there may be. */
  readonly limit: number;
}

export interface BreakerCheck extends HealthCheck {
  readonly state: BreakerState;
}

export interface WalCheck extends HealthCheck {
  readonly bytes: number;
}

export interface RowSecurityCheck extends HealthCheck {
  /** Is it asked for? */
  readonly isOn: boolean;
  /** The role that users' statements run as. */
  readonly role: string | null;
  /** What is missing. */
  readonly faults: readonly string[];
}

export interface VectorsCheck extends HealthCheck {
  readonly search: VectorCapabilities['search'];
}

export interface DatabaseHealth {
  /** The worst of the checks. */
  readonly status: HealthStatus;
  readonly checks: {
    readonly connection: ConnectionCheck;
    readonly migrations: MigrationsCheck;
    readonly schema: SchemaCheck;
    readonly pool: PoolCheck;
    /** PostgreSQL. */
    readonly rowSecurity?: RowSecurityCheck;
    /** PostgreSQL. */
    readonly breaker?: BreakerCheck;
    /** Where `DATABASE_READ_URL` names some. */
    readonly replicas?: ReplicasCheck;
    /** SQLite. */
    readonly wal?: WalCheck;
    /** Where the migrations are up to date. */
    readonly backups?: BackupsCheck;
    /** Where the migrations are up to date. What a worker or the API found when it looked last. */
    readonly alerts?: AlertsCheck;
    /** Where the database answers. The slower way to search is healthy, too. */
    readonly vectors?: VectorsCheck;
  };
}

export interface HealthOptions {
  /** How long all of it may take, in milliseconds. Default: 5,000. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 5000;
/** SQLite writes it back at 4 MB; this much means that a long reader, or a full disk, keeps it from doing so. */
const LARGE_WAL_BYTES = 256 * 1024 * 1024;

/**
 * How a database is, also one that can't be reached or isn't ready for use. It changes nothing, never throws, and ends in
 * time.
 *
 * @example
 * ```ts
 * const { status, checks } = await databaseHealth(database, { timeoutMs: 2000 });
 * if (status !== 'healthy') console.error(checks);
 * ```
 */
export async function databaseHealth(
  database: Database,
  { timeoutMs = TIMEOUT_MS }: HealthOptions = {},
): Promise<DatabaseHealth> {
  const deadline = performance.now() + timeoutMs;
  const inTime = <T>(work: () => Promise<T>): Promise<T> => {
    const onTimeout = (): KeelsonError =>
      new ConnectionTimeoutError(`The database did not answer within ${timeoutMs} ms.`);
    return withDeadline(work, { timeoutMs: Math.max(1, deadline - performance.now()), onTimeout });
  };
  const started = performance.now();
  const info = await attempt(() => inTime(() => database.info()));
  const connection = connectionCheck(database.config.target, info, performance.now() - started);
  const history = 'error' in info ? undefined : await attempt(() => inTime(() => database.migrations.status()));
  const migrations = migrationsCheck(history);
  const upToDate = history !== undefined && 'value' in history && history.value.pending.length === 0;
  const differences = upToDate ? await attempt(() => inTime(() => database.migrations.validate())) : undefined;
  const wall = upToDate ? await attempt(() => inTime(() => rowSecurityOf(database))) : undefined;
  const backups = upToDate
    ? await attempt(() =>
        inTime(async () => backupsCheck(await new BackupHistory(database).standing(), await readIdentity(database))),
      )
    : undefined;
  const alerts = upToDate ? await attempt(() => inTime(() => readFiring(database))) : undefined;
  const replicas =
    database.config.read.replicas.length === 0
      ? undefined
      : await attempt(() => inTime(() => inspectReplicas(database)));
  const vectors = 'error' in info ? undefined : await attempt(() => inTime(() => vectorCapabilities(database)));
  const wal = 'value' in info ? info.value.walBytes : null;
  const state = database.breakerState;
  const checks = {
    connection,
    migrations,
    schema: schemaCheck(differences),
    pool: poolCheck(database),
    ...(database.config.target.engine === 'sqlite' ? {} : { rowSecurity: rowSecurityCheck(database.config, wall) }),
    ...(state === undefined ? {} : { breaker: breakerCheck(state) }),
    ...(replicas === undefined
      ? {}
      : {
          replicas:
            'error' in replicas
              ? { ...failed('degraded', replicas.error), replicas: [] }
              : replicasCheck(replicas.value, database.config.read.maxLagMs),
        }),
    ...(wal === null ? {} : { wal: walCheck(wal) }),
    ...(backups === undefined || 'error' in backups ? {} : { backups: backups.value }),
    ...(alerts !== undefined && 'value' in alerts ? { alerts: alertsCheck(alerts.value) } : {}),
    ...(vectors !== undefined && 'value' in vectors ? { vectors: vectorsCheck(vectors.value) } : {}),
  };
  return { status: worstOf(Object.values(checks)), checks };
}

type Attempt<T> = { readonly value: T } | { readonly error: KeelsonError };

async function attempt<T>(work: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    return { error: asKeelsonError(error) };
  }
}

function failed(status: HealthStatus, { message, code, hint }: KeelsonError): HealthCheck {
  return { status, message, code, hint };
}

function connectionCheck(target: DatabaseTarget, info: Attempt<EngineInfo>, tookMs: number): ConnectionCheck {
  const place = { engine: target.engine, location: target.engine === 'sqlite' ? target.path : target.location };
  const latencyMs = Math.round(tookMs * 10) / 10;
  if ('error' in info) return { ...failed('unhealthy', info.error), ...place, version: null, latencyMs };
  return { status: 'healthy', message: 'The database answers.', ...place, version: info.value.version, latencyMs };
}

function migrationsCheck(history: Attempt<MigrationStatus> | undefined): MigrationsCheck {
  const nothing = { current: null, pending: [], drifted: [], newer: [], unfinished: [] };
  if (history === undefined) return { ...notLookedAt('unhealthy', 'the database did not answer'), ...nothing };
  if ('error' in history) return { ...failed('unhealthy', history.error), ...nothing };
  const { current, pending, drifted, newer, unfinished } = history.value;
  const figures = {
    current,
    pending,
    drifted: drifted.map(({ name, problem }) => `${name} ${problem}`),
    newer,
    unfinished: unfinished.map(({ name }) => name),
  };
  return { ...migrationsFinding(history.value), ...figures };
}

function migrationsFinding({ fresh, pending, drifted, newer, unfinished }: MigrationStatus): HealthCheck {
  const status = 'degraded';
  if (newer.length > 0) {
    return {
      status,
      code: 'NEWER_SCHEMA',
      message: 'The database was migrated by a newer version of this program.',
      hint: 'Upgrade this program.',
    };
  }
  if (drifted.length > 0) {
    return {
      status,
      code: 'MIGRATION_DRIFT',
      message: 'Migrations have changed since they ran.',
      hint: 'Run `keelson status` to see which.',
    };
  }
  if (unfinished.length > 0) {
    return {
      status,
      code: 'MIGRATION_FAILED',
      message: 'A migration was interrupted.',
      hint: 'When no other process is at it, run `keelson migrate`.',
    };
  }
  if (fresh)
    return {
      status,
      code: 'MIGRATION_PENDING',
      message: 'The database has no tables yet.',
      hint: 'Run `keelson init`.',
    };
  if (pending.length > 0) {
    return {
      status,
      code: 'MIGRATION_PENDING',
      message: `Migrations are pending: ${pending.length}.`,
      hint: 'Run `keelson migrate`.',
    };
  }
  return { status: 'healthy', message: 'Every migration has run.' };
}

function schemaCheck(differences: Attempt<unknown> | undefined): SchemaCheck {
  if (differences === undefined)
    return { ...notLookedAt('degraded', 'the migrations are not up to date'), differences: [] };
  if ('value' in differences)
    return { status: 'healthy', message: 'Tables and columns are as they should be.', differences: [] };
  const { error } = differences;
  if (!(error instanceof SchemaValidationError)) return { ...failed('unhealthy', error), differences: [] };
  const found = error.details['differences'];
  const messages = Array.isArray(found)
    ? found.map((difference: { readonly message: string }) => difference.message)
    : [error.message];
  return { ...failed('degraded', error), differences: messages };
}

function rowSecurityCheck(
  { rowSecurity: isOn }: DatabaseConfig,
  wall: Attempt<RowSecurity | undefined> | undefined,
): RowSecurityCheck {
  const nothing = { isOn, role: null, faults: [] };
  if (!isOn)
    return { status: 'healthy', message: 'Not asked for; DATABASE_ROW_SECURITY=true switches it on.', ...nothing };
  if (wall === undefined) return { ...notLookedAt('degraded', 'the migrations are not up to date'), ...nothing };
  if ('error' in wall) return { ...failed('unhealthy', wall.error), ...nothing };
  const { role = null, faults = [] } = wall.value ?? {};
  const figures = { isOn, role, faults: faults.map(({ message }) => message) };
  if (faults.length === 0)
    return { status: 'healthy', message: "The server keeps every table's users apart.", ...figures };
  const remedies = faults.flatMap(({ remedy }) => (remedy === undefined ? [] : [`${remedy};`]));
  return {
    status: 'unhealthy',
    message: `The server doesn't keep users apart as it should: ${figures.faults.join(' ')}`,
    code: 'CONFIGURATION',
    hint:
      remedies.length === faults.length
        ? `It is put right when the database is next opened, or by running: ${remedies.join(' ')}`
        : 'See "Row security" in the README of @keelson/db-core.',
    ...figures,
  };
}

function notLookedAt(status: HealthStatus, because: string): HealthCheck {
  return { status, message: `Not looked at, because ${because}.` };
}

function poolCheck(database: Database): PoolCheck {
  const figures = { ...database.pool(), limit: poolLimit(database.config) };
  if (figures.waiting === 0) return { status: 'healthy', message: 'Nobody waits for a connection.', ...figures };
  return {
    status: 'degraded',
    message: `Work waits for a connection: ${figures.waiting}.`,
    code: 'POOL_EXHAUSTED',
    hint: 'If it stays so, look for transactions that stay open, or raise DATABASE_POOL_SIZE.',
    ...figures,
  };
}

function poolLimit({ target, pool }: DatabaseConfig): number {
  return target.engine === 'sqlite' ? pool.size : pool.size + pool.maxOverflow;
}

function breakerCheck(state: BreakerState): BreakerCheck {
  if (state === 'closed') return { status: 'healthy', message: 'Calls go through.', state };
  if (state === 'half-open')
    return { status: 'degraded', message: 'One call tries whether the database is back.', state };
  return {
    status: 'unhealthy',
    message: 'The database failed repeatedly and is left alone for a while.',
    code: 'CIRCUIT_OPEN',
    hint: 'Mend the connection; it is tried again by itself.',
    state,
  };
}

function walCheck(bytes: number): WalCheck {
  if (bytes <= LARGE_WAL_BYTES)
    return { status: 'healthy', message: 'The write-ahead log is of ordinary size.', bytes };
  return {
    status: 'degraded',
    message: `The write-ahead log has grown to ${Math.round(bytes / 1024 / 1024)} MiB.`,
    hint: 'Look for a process that reads for long, and for space on the disk.',
    bytes,
  };
}

/** What would make it faster is told by `databaseInfo`: whoever has few vectors, or none, needs nothing. */
function vectorsCheck({ search, message }: VectorCapabilities): VectorsCheck {
  return { status: 'healthy', message, search };
}

const ORDER: readonly HealthStatus[] = ['healthy', 'degraded', 'unhealthy'];

function worstOf(checks: readonly HealthCheck[]): HealthStatus {
  return checks
    .map(({ status }) => status)
    .reduce((worst, status) => (ORDER.indexOf(status) > ORDER.indexOf(worst) ? status : worst), 'healthy');
}
