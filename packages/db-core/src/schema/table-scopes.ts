import type { TableDescription, TableScope } from './description.ts';

/** The tables that only the system handle reaches. Everything else is keyed by its owner. */
const LISTED: Readonly<Record<string, TableScope>> = {
  schema_migrations: 'system',
  database_identity: 'system',
  change_tables: 'system',
  change_log: 'system',
  change_epoch: 'system',
  change_consumers: 'system',
  // Accounts and tokens are looked up before it is known who asks.
  users: 'global',
  api_tokens: 'global',
  user_sessions: 'global',
  sign_in_failures: 'global',
  // Who belongs to an organisation is asked before it is known for whom a handle acts.
  organisations: 'system',
  memberships: 'system',
  // Whoever looks which are due looks for everybody.
  schedules: 'system',
  // What programs said and which of them run concerns whoever looks after all of it.
  system_logs: 'system',
  app_instances: 'system',
  // How large and how busy the whole database is.
  readiness_samples: 'system',
  // Whoever erases an owner reaches all that they have, and nobody else may write a permit.
  erasures: 'system',
  erasure_permits: 'system',
  // A backup holds everybody's rows.
  backups: 'system',
  // What is wrong with the whole database.
  alerts: 'system',
  alert_watch: 'system',
};

/**
 * Who may reach a table. One whose primary key begins with `user_id` belongs to tenants; any other that isn't listed,
 * such as an application's own, is left to the system handle.
 */
export function scopeOf(table: Pick<TableDescription, 'name' | 'primaryKey'>): TableScope {
  return LISTED[table.name] ?? (table.primaryKey[0] === 'user_id' ? 'tenant' : 'system');
}
