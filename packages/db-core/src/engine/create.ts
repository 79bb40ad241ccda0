import type { DatabaseConfig } from '../config/index.ts';
import type { Engine, EngineWait } from './contract.ts';
import { createPostgresEngine } from './postgres/engine.ts';
import { SqliteEngine } from './sqlite/engine.ts';

export interface EngineOptions {
  /** Make a SQLite file that is missing? */
  readonly create: boolean;
  readonly applicationName: string;
  readonly onConnectionError: (error: Error) => void;
  /** Told of each wait for a connection, and of each wait for a lock that had to be waited for. */
  readonly onWait?: (wait: EngineWait) => void;
}

/** The engine that the configuration asks for; it isn't connected yet. */
export function createEngine(
  config: DatabaseConfig,
  { create, applicationName, onConnectionError, onWait }: EngineOptions,
): Engine {
  const { target, pool } = config;
  if (target.engine === 'sqlite') {
    return new SqliteEngine({
      path: target.path,
      poolSize: pool.size,
      waitMs: config.timeoutMs,
      synchronous: config.synchronous,
      create,
      ...(onWait === undefined ? {} : { onWait }),
    });
  }
  return createPostgresEngine({
    url: target.url,
    poolSize: pool.size,
    maxOverflow: pool.maxOverflow,
    poolTimeoutMs: pool.timeoutMs,
    connectTimeoutMs: config.timeoutMs,
    statementTimeoutMs: config.statementTimeoutMs,
    idleTimeoutMs: pool.idleTimeoutMs,
    idleInTransactionTimeoutMs: config.transactionTimeoutMs,
    recycleMs: pool.recycleMs,
    preparedStatements: config.preparedStatements,
    ssl: config.ssl,
    applicationName,
    onConnectionError,
    onWait,
  });
}
