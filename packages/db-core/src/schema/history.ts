import type { Engine, EngineKind, Runner } from '../engine/contract.ts';
import type { MigrationState } from './enumerations.ts';
import { HISTORY_TABLE, historyTableSql } from './history-table.ts';
import { runStatement } from './statements.ts';

/** What the database remembers of a migration. */
export interface HistoryEntry {
  readonly name: string;
  /** The order in which they ran. */
  readonly position: number;
  readonly checksum: string;
  readonly engine: EngineKind;
  /** Anything but `applied` was interrupted, or is under way right now. */
  readonly state: MigrationState;
  readonly appliedAt: Date;
  readonly durationMs: number;
  readonly appVersion: string;
}

const TABLE_EXISTS: Record<EngineKind, string> = {
  sqlite: `SELECT 1 AS found FROM sqlite_schema WHERE type = 'table' AND name = $1`,
  postgres: 'SELECT 1 AS found FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND tablename = $1',
};

/** In the order in which they ran. Nothing where nothing ever ran; makes no table. */
export async function readHistory(engine: Engine): Promise<HistoryEntry[]> {
  const { rows: found } = await runStatement(engine, engine, {
    sql: TABLE_EXISTS[engine.kind],
    values: [HISTORY_TABLE],
  });
  if (found.length === 0) return [];
  const { rows } = await runStatement(engine, engine, {
    sql: `SELECT name, position, checksum, engine, state, applied_at, duration_ms, app_version FROM ${HISTORY_TABLE} ORDER BY position, name`,
  });
  return rows.map((row) => ({
    name: row['name'] as string,
    position: row['position'] as number,
    checksum: row['checksum'] as string,
    engine: row['engine'] as EngineKind,
    state: row['state'] as MigrationState,
    appliedAt: row['applied_at'] as Date,
    durationMs: row['duration_ms'] as number,
    appVersion: row['app_version'] as string,
  }));
}

export async function createHistory(engine: Engine): Promise<void> {
  await engine.exec(historyTableSql(engine.kind));
}

/** Enters a migration, or what has become of it. */
export async function writeHistory(engine: Engine, runner: Runner, entry: HistoryEntry): Promise<void> {
  await runStatement(engine, runner, {
    sql: `INSERT INTO ${HISTORY_TABLE} (name, position, checksum, engine, state, applied_at, duration_ms, app_version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (name) DO UPDATE SET position = excluded.position, checksum = excluded.checksum, engine = excluded.engine,
  state = excluded.state, applied_at = excluded.applied_at, duration_ms = excluded.duration_ms, app_version = excluded.app_version`,
    values: [
      entry.name,
      entry.position,
      entry.checksum,
      entry.engine,
      entry.state,
      entry.appliedAt,
      entry.durationMs,
      entry.appVersion,
    ],
    writes: true,
  });
}

export async function removeFromHistory(engine: Engine, runner: Runner, name: string): Promise<void> {
  await runStatement(engine, runner, {
    sql: `DELETE FROM ${HISTORY_TABLE} WHERE name = $1`,
    values: [name],
    writes: true,
  });
}
