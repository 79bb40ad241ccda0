import type { DatabaseConfig } from '../config/index.ts';
import type { SchemaDescription } from '../schema/description.ts';
import { assertSameHistory, assertUpToDate } from '../schema/status.ts';
import type { DatabaseMigrations } from './migrations.ts';

/** Makes sure that the schema is the one this version works with, and gives it as it stands. */
export async function initialize(migrations: DatabaseMigrations, config: DatabaseConfig): Promise<SchemaDescription> {
  const status = await migrations.status();
  assertSameHistory(status);
  // A fresh database is initialised by whoever opens it first; one with data only when it is asked for.
  const due = status.pending.length > 0 || status.unfinished.length > 0;
  if (due && (status.fresh || config.migrations.autoUpgrade)) await migrations.migrate();
  // Another process may be between two migrations right now.
  else if (due) assertUpToDate(await migrations.settledStatus());
  return migrations.validate();
}
