export {
  type DatabaseTarget,
  parseDatabaseUrl,
  type PostgresTarget,
  type SqliteTarget,
  sqliteUrl,
} from './database-url.ts';
export { readEnvironment } from './environment.ts';
export type { ConfigurationFault } from './faults.ts';
export {
  type Environment,
  loadConfig,
  loadDatabaseConfig,
  type LoadDatabaseOptions,
  type LoadOptions,
} from './load.ts';
export { postgresUrl, type PostgresUrlParts } from './postgres-url.ts';
export { redactUrl } from './redact.ts';
export type { SslConfig, SslMode } from './ssl.ts';
export type { DatabaseConfig, HttpConfig, KeelsonConfig, PoolConfig } from './types.ts';
