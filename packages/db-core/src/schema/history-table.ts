import type { EngineKind } from '../engine/contract.ts';
import { columnTypes } from './columns.ts';
import { tableSql } from './ddl.ts';

export const HISTORY_TABLE = 'schema_migrations';

const t = columnTypes;

/** The table in which the runner keeps what it did. It isn't in a migration, because it must be there before the first. */
export function historyTableSql(engine: EngineKind): string {
  const columns = {
    name: t.text({ min: 1, max: 100 }),
    /** In which order they ran: an application's migrations may lie between Keelson's. */
    position: t.integer({ min: 1 }),
    checksum: t.text({ min: 64, max: 64 }),
    engine: t.oneOf(['sqlite', 'postgres']),
    state: t.oneOf(['running', 'applied', 'reverting']),
    applied_at: t.timestamp(),
    duration_ms: t.bigint({ min: 0 }),
    app_version: t.text({ max: 100 }),
  };
  const { table } = tableSql(engine, HISTORY_TABLE, columns, { primaryKey: ['name'] });
  return table.replace('CREATE TABLE', 'CREATE TABLE IF NOT EXISTS');
}
