import type { DatabaseConfig, ReplicaConfig } from '../config/index.ts';
import type { Engine, EngineWait } from './contract.ts';
import { createPostgresEngine } from './postgres/engine.ts';
import type { PostgresEngineOptions } from './postgres/options.ts';
import { SqliteEngine } from './sqlite/engine.ts';

export interface EngineOptions {
  /** Make a SQLite file that is missing? */
  readonly create: boolean;
  readonly applicationName: string;
  readonly onConnectionError: (error: Error) => void;
  /** Told of each wait for a connection, and of each wait for a lock that had to be waited for. */
  readonly onWait?: (wait: EngineWait) => void;
  /** Told when SQLite's log can't be written back beside those who write, and not again until it could. */
  readonly onCheckpointError?: (error: Error) => void;
}

/** The engine that the configuration asks for; it isn't connected yet. */
export function createEngine(
  config: DatabaseConfig,
  { create, applicationName, onConnectionError, onWait, onCheckpointError }: EngineOptions,
): Engine {
  const { target, pool } = config;
  if (target.engine === 'sqlite') {
    return new SqliteEngine({
      path: target.path,
      poolSize: pool.size,
      waitMs: config.timeoutMs,
      synchronous: config.synchronous,
      create,
      onWait,
      onCheckpointError,
    });
  }
  return createPostgresEngine({
    ...postgresOptions(config),
    url: target.url,
    ssl: config.ssl,
    applicationName,
    onConnectionError,
    onWait,
  });
}

interface ReplicaEngineOptions {
  readonly applicationName: string;
  readonly onConnectionError: (error: Error) => void;
}

/** Long enough for most of what runs to end; what is cut off is repeated on the primary. */
const LEAVE_MS = 500;
/** When all connections to a replica are in use for this long, the primary's are the nearer ones. */
const WAIT_MS = 1000;

/** An engine for the reads that go to a replica. */
export function createReplicaEngine(
  config: DatabaseConfig,
  { target, ssl }: ReplicaConfig,
  options: ReplicaEngineOptions,
): Engine {
  const common = postgresOptions(config);
  return createPostgresEngine({
    ...common,
    ...options,
    url: target.url,
    ssl,
    poolTimeoutMs: Math.min(common.poolTimeoutMs, WAIT_MS),
    closeTimeoutMs: LEAVE_MS,
  });
}

/** How long a server may take to say where it stands. */
const ANSWER_MS = 2000;

/** An engine with one connection of its own, on which nobody else's work is waited for: to watch a server. */
export function createWatchEngine(
  config: DatabaseConfig,
  { url, ssl }: Pick<PostgresEngineOptions, 'url' | 'ssl'>,
  options: ReplicaEngineOptions,
): Engine {
  return createPostgresEngine({
    ...postgresOptions(config),
    ...options,
    url,
    ssl,
    poolSize: 1,
    maxOverflow: 0,
    poolTimeoutMs: ANSWER_MS,
    connectTimeoutMs: Math.min(config.timeoutMs, ANSWER_MS),
    statementTimeoutMs: ANSWER_MS,
    closeTimeoutMs: LEAVE_MS,
  });
}

function postgresOptions(config: DatabaseConfig) {
  const { pool } = config;
  return {
    poolSize: pool.size,
    maxOverflow: pool.maxOverflow,
    poolTimeoutMs: pool.timeoutMs,
    connectTimeoutMs: config.timeoutMs,
    statementTimeoutMs: config.statementTimeoutMs,
    idleTimeoutMs: pool.idleTimeoutMs,
    idleInTransactionTimeoutMs: config.transactionTimeoutMs,
    recycleMs: pool.recycleMs,
    preparedStatements: config.preparedStatements,
    rowSecurity: config.rowSecurity,
    searchPath: config.searchPath,
  };
}
