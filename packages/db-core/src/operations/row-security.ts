import { type Database, engineOf } from '../database/database.ts';
import type { RowSecurity } from '../engine/contract.ts';
import { scopeOf } from '../schema/table-scopes.ts';

/** How far the server itself keeps the rows of users apart, in every table that has owners; undefined on SQLite. */
export async function rowSecurityOf(database: Database): Promise<RowSecurity | undefined> {
  const engine = engineOf(database);
  const { tables } = await engine.inspect();
  const owned = tables.filter((table) => scopeOf(table) === 'tenant').map(({ name }) => name);
  return await engine.rowSecurity(owned);
}
