import { type Check, type Finding, mebibytes } from './contract.ts';

const SLOTS = `select slot_name as name, active, wal_status as status,
  pg_wal_lsn_diff(case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end, restart_lsn)::float8 as held
  from pg_replication_slots where restart_lsn is not null order by 1`;

/** A slot keeps the log for somebody who may never come for it. */
export const slots: Check = {
  name: 'replication slots',
  engine: 'postgres',
  needs: 'connection',
  run: async ({ rows, limits }) => {
    const found = await rows(SLOTS);
    return found.flatMap(({ name, active, status, held }): Finding[] => {
      const bytes = Number(held);
      const isMuch = bytes > limits.slotBytes;
      if (active === true && !isMuch) return [];
      return [
        {
          code: 'SLOT_HOLDS_LOG',
          severity: isMuch ? 'error' : 'warning',
          subject: String(name),
          message: `The replication slot ${String(name)} is ${active === true ? 'behind' : 'used by nobody'} and holds back ${mebibytes(bytes)} of the log (${String(status)}).`,
          meaning: 'The log grows until the disk is full, and then the server stops.',
          remedy: `Start whoever reads from it, or: SELECT pg_drop_replication_slot('${String(name)}'); max_slot_wal_keep_size bounds it.`,
        },
      ];
    });
  },
};
