import { type Database, engineOf } from '../../database/database.ts';
import { runStatement } from '../../schema/statements.ts';
import type { MetricSource, Sample } from '../contract.ts';
import * as definitions from '../definitions.ts';
import { POOL_NAME, SYSTEM_NAMES } from '../recorder.ts';

/** The pool and the circuit, as they are now. Asks the database nothing. */
export function poolSource(database: Database): MetricSource {
  const pool = { db_client_connection_pool_name: POOL_NAME };
  const { target, pool: limits } = database.config;
  const most = target.engine === 'sqlite' ? limits.size : limits.size + limits.maxOverflow;
  return {
    metrics: [
      definitions.connectionCount,
      definitions.connectionMax,
      definitions.connectionPending,
      definitions.breakerState,
    ],
    collect() {
      const { inUse, idle, waiting } = database.pool();
      const state = database.breakerState;
      const states = state === undefined ? [] : (['closed', 'half-open', 'open'] as const);
      return [
        { metric: definitions.connectionCount, labels: { ...pool, db_client_connection_state: 'used' }, value: inUse },
        { metric: definitions.connectionCount, labels: { ...pool, db_client_connection_state: 'idle' }, value: idle },
        { metric: definitions.connectionMax, labels: pool, value: most },
        { metric: definitions.connectionPending, labels: pool, value: waiting },
        ...states.map((each) => ({
          metric: definitions.breakerState,
          labels: { state: each },
          value: each === state ? 1 : 0,
        })),
      ];
    },
  };
}

const LOCK_WAITS = `select count(*) as waiting from pg_stat_activity
  where datname = current_database() and wait_event_type = 'Lock'`;

/** How large the database is, and who waits in it. */
export function storageSource(database: Database): MetricSource {
  return {
    metrics: [definitions.databaseSize, definitions.walSize, definitions.lockWaiting],
    async collect() {
      const { kind, sizeBytes, walBytes } = await database.info();
      const samples: Sample[] = [
        { metric: definitions.databaseSize, labels: { db_system_name: SYSTEM_NAMES[kind] }, value: sizeBytes },
      ];
      if (walBytes !== null) samples.push({ metric: definitions.walSize, value: walBytes });
      if (kind === 'postgres') {
        const engine = engineOf(database);
        const { rows } = await runStatement(engine, engine, { sql: LOCK_WAITS });
        samples.push({ metric: definitions.lockWaiting, value: Number(rows[0]?.['waiting']) });
      }
      return samples;
    },
  };
}
