export { type DatabaseTarget, parseDatabaseUrl, sqliteUrl } from './database-url.ts';
export { readEnvironment } from './environment.ts';
export type { ConfigurationFault } from './faults.ts';
export { type Environment, loadConfig, loadDatabaseConfig } from './load.ts';
export { postgresUrl } from './postgres-url.ts';
export { redactUrl } from './redact.ts';
export { readSecretKey, SecretKey, type SecretKeys } from './secret-key.ts';
export type {
  DatabaseConfig,
  EmbedderConfig,
  EmbedderServiceConfig,
  HttpConfig,
  KeelsonConfig,
  ReplicaConfig,
  WebhookConfig,
} from './types.ts';
