import type { Plan, Runner } from '../engine/contract.ts';

/** Where a server stands in the write-ahead log, and in which one. */
export interface ServerState {
  readonly isStandby: boolean;
  /** Bytes from the log's beginning: what a standby has replayed, or where a primary writes next. */
  readonly position: number;
  /** The log's name: which server made it, after how many promotions, and in which database of it we are. */
  readonly history: string;
}

const STATE: Plan = {
  name: 'replicas.state',
  // Not `pg_current_wal_lsn()`: with `synchronous_commit=off` a commit is acknowledged before it is written there.
  // A standby's `pg_last_xact_replay_timestamp()` stands still while nobody writes, so that it tells nothing of the lag.
  sql: `select s.standby,
      pg_wal_lsn_diff(case when s.standby then pg_last_wal_replay_lsn() else pg_current_wal_insert_lsn() end, '0/0')::bigint as position,
      concat_ws('/', (select system_identifier from pg_control_system()), (select timeline_id from pg_control_checkpoint()), current_database()) as history
    from (select pg_is_in_recovery() as standby) as s`,
  writes: false,
  returnsRows: true,
  decode: new Map(),
};

export async function serverState(runner: Runner): Promise<ServerState> {
  const { rows } = await runner.execute(STATE, []);
  const row = rows[0] ?? {};
  return {
    isStandby: row['standby'] === true,
    // A standby that has replayed nothing yet gives none.
    position: Number(row['position'] ?? 0),
    history: String(row['history']),
  };
}

const PAGE_BYTES = 8192;
const LONGEST_PAGE_HEADER = 40;

/**
 * Has a standby everything up to that place of its primary? The primary's next record begins after the header of its page,
 * while the last one, after which the standby stands, may have ended just before it: with nothing to write, as after a
 * switch of the log's file, the two never become equal.
 */
export function hasReplayed(replayed: number, position: number): boolean {
  return replayed >= position || (replayed % PAGE_BYTES === 0 && position - replayed <= LONGEST_PAGE_HEADER);
}
